import AdjointGraph
import AdjointRuntime
import Testing

/// Suites that run long on one device after another, one test at a time.
@Suite(.serialized) enum DeviceTests {}
