// What a user imports: everything below, under one name.
@_exported import AdjointCPU
@_exported import AdjointData
@_exported import AdjointFormats
@_exported import AdjointGenerators
@_exported import AdjointGraph
@_exported import AdjointNN
@_exported import AdjointOptim
@_exported import AdjointRuntime
@_exported import AdjointTraining
@_exported import AdjointViews
