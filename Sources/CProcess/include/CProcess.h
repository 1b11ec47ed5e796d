#ifndef CABLE_PROCESS_H
#define CABLE_PROCESS_H

#include <spawn.h>

/// As `pipe2` with `O_CLOEXEC`, which Swift's view of the C library leaves out.
int cable_pipe(int ends[2]);

/// The program that is started shall have no descriptor from this one on.
int cable_spawn_close_from(posix_spawn_file_actions_t *actions, int descriptor);

#endif
