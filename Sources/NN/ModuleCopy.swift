#if !hasFeature(Embedded)
  import AdjointGraph
  import AdjointRuntime
  @_spi(Reflection) import Swift

  extension Module {
    /// The same module with cells of its own, which hold the same values. What shares a cell shares its copy.
    ///
    /// For modules that are structs: an instance of a class cannot be made again from outside.
    public func copy() -> Self {
      var copies = CellCopies()
      return copies.copied(self)
    }
  }

  /// Puts new cells in the place of old ones. Fields are constants to everybody else, so this goes by their places
  /// in memory, in a value that nobody else has.
  struct CellCopies {
    private var made: [ObjectIdentifier: Cell] = [:]

    mutating func copied<Value>(_ value: Value) -> Value {
      var result = value
      withUnsafeMutablePointer(to: &result) { replace(at: UnsafeMutableRawPointer($0), Value.self) }
      return result
    }

    private mutating func copy(of cell: Cell) -> Cell {
      if let known = made[ObjectIdentifier(cell)] { return known }
      let new: Cell
      if let parameter = cell as? Parameter {
        let copy = Parameter(parameter.value)
        copy.isTrainable = parameter.isTrainable
        new = copy
      } else {
        new = Cell(cell.value)
      }
      new.name = cell.name
      made[ObjectIdentifier(cell)] = new
      return new
    }

    mutating func replace(at place: UnsafeMutableRawPointer, _ type: Any.Type) {
      if type is Cell.Type {
        let cell = place.assumingMemoryBound(to: Cell.self)
        cell.pointee = copy(of: cell.pointee)
      } else if let container = type as? any CellContainer.Type {
        container.replaceCells(at: place, &self)
      } else if type == (any Module).self {
        let module = place.assumingMemoryBound(to: (any Module).self)
        module.pointee = copied(module.pointee)
      } else if type is AnyClass {
        guard type is any Module.Type else { return }
        _ = fail(
          GraphError("copy", "\(type) is a class; only modules that are structs can be copied"))
      } else {
        _ = _forEachField(of: type) { _, offset, field, _ in
          replace(at: place + offset, field)
          return true
        }
      }
    }
  }

  /// What holds values elsewhere than in fields of its own.
  private protocol CellContainer {
    static func replaceCells(at place: UnsafeMutableRawPointer, _ copies: inout CellCopies)
  }

  extension Array: CellContainer {
    fileprivate static func replaceCells(
      at place: UnsafeMutableRawPointer, _ copies: inout CellCopies
    ) {
      let list = place.assumingMemoryBound(to: [Element].self)
      list.pointee = list.pointee.map { copies.copied($0) }
    }
  }

  extension Optional: CellContainer {
    fileprivate static func replaceCells(
      at place: UnsafeMutableRawPointer, _ copies: inout CellCopies
    ) {
      let value = place.assumingMemoryBound(to: Wrapped?.self)
      value.pointee = value.pointee.map { copies.copied($0) }
    }
  }

  extension Dictionary: CellContainer {
    fileprivate static func replaceCells(
      at place: UnsafeMutableRawPointer, _ copies: inout CellCopies
    ) {
      let table = place.assumingMemoryBound(to: [Key: Value].self)
      table.pointee = table.pointee.mapValues { copies.copied($0) }
    }
  }
#endif
