// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled with the same strictness; warnings fail the build in `deploy/test`.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// What is part of a station does without the standard library's regular expressions: a megabyte less is resident.
let lean = strict + [.unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: lean)
}

func tool(
    _ name: String, _ dependencies: [Target.Dependency], _ settings: [SwiftSetting] = strict,
    linking: [LinkerSetting] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linking)
}

/// What is installed brings the parts of the Swift runtime that it uses: less resident memory, and no Swift at a post.
let standalone: [LinkerSetting] = [.unsafeFlags(["-static-stdlib"], .when(configuration: .release))]
/// Foundation names its own parts to the linker only where everything is compiled for that; here they are named.
let standaloneFoundation =
    standalone
    + ["CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections"].map {
        .linkedLibrary($0, .when(configuration: .release))
    }

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let package = Package(
    name: "cable-router",
    products: [
        .executable(name: "routerd", targets: ["routerd"]),
        .executable(name: "routerctl", targets: ["routerctl"]),
        .executable(name: "routerbench", targets: ["routerbench"]),
        .executable(name: "simulate", targets: ["simulate"]),
    ],
    targets: [
        // Pure: no clock, randomness, I/O, log or Foundation (held by TidyTests).
        module("Octets"),
        module("Cables", ["Octets"]),
        module("Routing", ["Cables"]),
        module("Settings", ["Cables", "Routing"]),
        module("Custody", ["Octets", "Cables", "Routing"]),
        module("Link", ["Octets", "Cables", "Custody"]),

        // The edge.
        .target(name: "CChecksum", path: "Sources/CChecksum"),
        .target(name: "CMemory", path: "Sources/CMemory"),
        .target(name: "CProcess", path: "Sources/CProcess"),
        .target(name: "CEpoll", path: "Sources/CEpoll"),
        module("Turns", ["CEpoll"]),
        module("Journal", ["Octets", "CChecksum", "Turns"]),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]),
        module("Transport", ["Octets", "Cables", "COpenSSL", "Turns"]),
        module("Control", ["Octets", "Cables", "Turns"]),
        module(
            "Station",
            [
                "Octets", "Cables", "Routing", "Settings", "Custody", "Link", "Journal", "Transport", "Control",
                "CProcess", "Turns",
            ]),
        tool("routerd", ["Station", "Settings", "Transport", "CMemory"], lean, linking: standalone),
        tool(
            "routerctl", ["Octets", "Cables", "Routing", "Settings", "Custody", "Control", "Transport", "Journal"],
            linking: standaloneFoundation),
        tool("routerbench", ["Octets", "Cables", "Routing", "Settings", "Control", "Transport", "CChecksum"]),

        // Whole networks in one thread, by seed; not installed.
        .target(
            name: "Simulation", dependencies: ["Octets", "Cables", "Routing", "Custody", "Link", "Journal"],
            path: "Tests/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation"], path: "Tests/Simulator", swiftSettings: strict),
        tests("SimulationTests", ["Simulation", "Journal", "Custody", "Routing", "Cables", "Octets"]),

        tests("OctetsTests", ["Octets"]),
        tests("CablesTests", ["Cables"]),
        tests("RoutingTests", ["Routing", "Cables"]),
        tests("SettingsTests", ["Settings", "Routing", "Cables"]),
        tests("CustodyTests", ["Custody", "Routing", "Cables", "Octets"]),
        tests("LinkTests", ["Link", "Custody", "Cables", "Octets"]),
        tests("JournalTests", ["Journal", "Octets"]),
        tests("TurnsTests", ["Turns"]),
        tests("TransportTests", ["Transport", "Cables", "Octets", "Turns"]),
        tests("ControlTests", ["Control", "Cables", "Octets", "Turns"]),
        tests("StationTests", ["Station", "Custody", "Journal", "Link", "Transport", "Routing", "Cables", "Octets"]),
        tests("RouterctlTests", ["routerctl", "Control", "Settings", "Transport", "Routing", "Cables"]),
        tests("TidyTests"),
        tests("EndToEnd", ["routerd", "routerctl"]),
    ]
)
