#ifndef CMEMORY_H
#define CMEMORY_H

/// Large blocks go back to the system when they are freed, and threads share their free memory. glibc's own rules let
/// each thread keep what it once held, and freed blocks of megabytes raise the bound for all later ones.
void cable_keep_memory_small(void);

#endif
