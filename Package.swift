// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of the house: `Sources/<name>` is the module `Adjoint<name>`. Arrows point downward only.
func room(_ name: String, imports: [String] = [], c: [String] = []) -> Target {
  .target(
    name: "Adjoint\(name)",
    dependencies: (imports.map { "Adjoint\($0)" } + c).map { .target(name: $0) },
    path: "Sources/\(name)",
    swiftSettings: settings)
}

/// A complete small program: `examples/<name>`, the executable `example-<name>`.
func example(_ name: String) -> Target {
  .executableTarget(
    name: "example-\(name)", dependencies: ["Adjoint"], path: "examples/\(name)",
    swiftSettings: settings)
}

let package = Package(
  name: "Adjoint",
  products: [
    .library(name: "Adjoint", targets: ["Adjoint"]),
    .library(name: "AdjointComparison", targets: ["AdjointComparison"]),
    .executable(name: "adjoint", targets: ["adjoint-cli"]),
    .executable(name: "PlayWeb", targets: ["PlayWeb"]),
  ],
  targets: [
    .target(name: "CSupport", path: "Sources/CSupport"),
    .target(name: "CKernels", path: "Sources/CKernels"),
    .target(name: "CCodecs", path: "Sources/CCodecs"),
    room("Graph", c: ["CSupport"]),
    room("Reference", imports: ["Graph"]),
    room("Runtime", imports: ["Graph", "Reference"], c: ["CSupport"]),
    room("CPU", imports: ["Runtime", "Reference", "Graph"], c: ["CKernels"]),
    room("NN", imports: ["Runtime", "Graph"]),
    room("Optim", imports: ["NN", "Runtime", "Graph"]),
    room("Generators", imports: ["Graph"]),
    room("Formats", imports: ["NN", "Runtime", "Graph"]),
    room("Data", imports: ["Formats", "Generators", "Runtime", "Graph"], c: ["CCodecs"]),
    room("Training", imports: ["Formats", "Data", "Optim", "NN", "Runtime", "Graph"]),
    room("Views", imports: ["Formats", "NN", "Runtime", "Graph"]),
    room("Comparison", imports: ["Views", "Formats"]),
    room("Workloads", imports: ["Optim", "NN", "Runtime", "Graph"]),
    .target(
      name: "Adjoint",
      dependencies: [
        "AdjointGraph", "AdjointRuntime", "AdjointReference", "AdjointCPU", "AdjointNN",
        "AdjointOptim", "AdjointData", "AdjointFormats", "AdjointGenerators", "AdjointTraining",
        "AdjointViews",
      ],
      path: "Sources/Adjoint", swiftSettings: settings),
    .executableTarget(
      name: "adjoint-cli",
      dependencies: [
        "Adjoint", "AdjointWorkloads", "AdjointGraph", "AdjointRuntime", "AdjointReference",
        "AdjointCPU", "AdjointNN", "AdjointOptim", "AdjointData", "AdjointFormats",
        "AdjointGenerators",
        "AdjointTraining", "AdjointViews", "AdjointComparison",
      ], path: "Sources/CLI", swiftSettings: settings),
    .executableTarget(
      name: "PlayWeb",
      dependencies: [
        "CSupport", "AdjointGraph", "AdjointReference", "AdjointRuntime", "AdjointNN",
        "AdjointOptim", "AdjointGenerators", "AdjointWorkloads",
      ],
      path: "Sources/PlayWeb", swiftSettings: settings),
    .executableTarget(
      name: "adjoint-bits",
      dependencies: [
        "AdjointGraph", "AdjointRuntime", "AdjointReference", "AdjointCPU", "AdjointFormats",
        "AdjointWorkloads",
      ],
      path: "Sources/Bits", swiftSettings: settings),
    .executableTarget(
      name: "adjoint-resume",
      dependencies: ["Adjoint", "AdjointGraph", "AdjointRuntime"],
      path: "Sources/Resume", swiftSettings: settings),
    .executableTarget(
      name: "adjoint-precision",
      dependencies: ["Adjoint"], path: "Sources/Precision", swiftSettings: settings),
    example("network"),
    example("own-layer"),
    example("gradient"),
    example("save-and-load"),
    example("to-pytorch"),
    example("autoencoder"),
    example("segmentation"),
    .testTarget(
      name: "AdjointTests",
      dependencies: [
        "Adjoint", "AdjointWorkloads", "AdjointGraph", "AdjointRuntime", "AdjointReference",
        "AdjointCPU", "AdjointNN", "AdjointOptim", "AdjointData", "AdjointFormats",
        "AdjointGenerators",
        "AdjointTraining", "AdjointViews", "AdjointComparison",
      ], path: "Tests", exclude: ["Fixtures"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
