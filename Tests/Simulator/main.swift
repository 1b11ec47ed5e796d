import Glibc
import Simulation

let options = SimulatorOptions(Array(CommandLine.arguments.dropFirst()))
CrashReport.install()
exit(Simulator(options).run())
