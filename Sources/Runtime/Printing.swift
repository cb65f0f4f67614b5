import AdjointGraph

#if !hasFeature(Embedded)
  extension Tensor: CustomStringConvertible {
    /// The elements in nested brackets, as NumPy prints them; the middle of long axes is left out.
    public var description: String {
      if let error = node.error { return "error(\(error.description))" }
      return TensorText(self).text
    }
  }

  /// The layout of a printed tensor.
  private struct TensorText {
    /// Above so many elements the middle of each axis is left out.
    private static let elisionCount = 1000
    private static let edge = 3
    /// Where NumPy breaks lines.
    private static let lineWidth = 75

    private let shape: Shape
    private let cells: [String]
    private let elides: Bool

    init(_ tensor: Tensor) {
      shape = tensor.shape
      elides = tensor.count > TensorText.elisionCount
      cells = TensorText.cells(of: tensor, shown: TensorText.shown(shape, elides))
    }

    var text: String {
      shape.isScalar ? (cells.first ?? "") : rows(axis: 0, offset: 0, indent: 1)
    }

    /// Which elements are printed at all: the others need no room.
    private static func shown(_ shape: Shape, _ elides: Bool) -> [Bool] {
      var shown = [Bool](repeating: true, count: shape.count)
      guard elides else { return shown }
      let strides = shape.strides
      for place in 0..<shape.count {
        for axis in 0..<shape.rank where shape[axis] > 2 * edge {
          let index = place / strides[axis] % shape[axis]
          if index >= edge && index < shape[axis] - edge { shown[place] = false }
        }
      }
      return shown
    }

    private func rows(axis: Int, offset: Int, indent: Int) -> String {
      let size = shape[axis]
      let stride = shape.strides[axis]
      let isLast = axis == shape.rank - 1
      var parts: [String] = []
      var index = 0
      while index < size {
        if elides, size > 2 * TensorText.edge, index == TensorText.edge {
          parts.append("...")
          index = size - TensorText.edge
        }
        let place = offset + index * stride
        parts.append(
          isLast ? cells[place] : rows(axis: axis + 1, offset: place, indent: indent + 1))
        index += 1
      }
      if isLast { return "[" + wrapped(parts, indent: indent) + "]" }
      let lines = String(repeating: "\n", count: shape.rank - 1 - axis)
      return "[" + parts.joined(separator: lines + String(repeating: " ", count: indent)) + "]"
    }

    /// Words with spaces between them, in lines that leave room for the brackets around.
    private func wrapped(_ words: [String], indent: Int) -> String {
      let width = TensorText.lineWidth - indent
      var (lines, line) = ("", "")
      for word in words {
        if !line.isEmpty, indent + line.count + 1 + word.count > width {
          lines += line.trimmed + "\n" + String(repeating: " ", count: indent)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      return lines + line
    }

    private static func cells(of tensor: Tensor, shown: [Bool]) -> [String] {
      switch tensor.element {
      case .bool: aligned(tensor.booleans.map { $0 ? "true" : "false" }, shown)
      case .int64: aligned(tensor.array(of: Int64.self).map { $0.description }, shown)
      case .int32, .int16, .int8, .uint8: aligned(tensor.integers.map { $0.description }, shown)
      case .float16: numbers(tensor.array(of: Float16.self).map { $0.description }, shown)
      case .bfloat16: numbers(tensor.array(of: BFloat16.self).map { $0.description }, shown)
      case .float32: numbers(tensor.floats.map { $0.description }, shown)
      case .float64: numbers(tensor.doubles.map { $0.description }, shown)
      }
    }

    private static func aligned(_ cells: [String], _ shown: [Bool]) -> [String] {
      var width = 0
      for (cell, isShown) in zip(cells, shown) where isShown { width = max(width, cell.count) }
      return cells.map { String(repeating: " ", count: max(0, width - $0.count)) + $0 }
    }

    /// Numbers with their points below each other; with exponents where sizes differ widely.
    private static func numbers(_ cells: [String], _ shown: [Bool]) -> [String] {
      let isFinite = cells.map { !$0.hasSuffix("nan") && !$0.hasSuffix("inf") }
      let decimals = zip(cells, isFinite).map { $1 ? DecimalText($0) : nil }
      let visible = zip(decimals, shown).compactMap { $1 ? $0 : nil }
      if needsExponents(visible) {
        let fraction = min(8, visible.map { $0.digits.count - 1 }.max() ?? 0)
        return aligned(
          zip(cells, decimals).map {
            $1?.rounded(toDigits: fraction + 1).scientific(fraction: fraction) ?? $0
          }, shown)
      }
      let rounded = decimals.map { $0?.rounded(toFraction: 8) }
      let fraction = zip(rounded, shown).compactMap { $1 ? $0?.fractionCount : nil }.max() ?? 0
      return aligned(
        zip(cells, rounded).map { cell, number in
          guard let number else { return cell }
          let rest = number.fraction
          let padding = String(repeating: " ", count: max(0, fraction - rest.count))
          return number.whole + "." + rest + padding
        }, shown)
    }

    private static func needsExponents(_ numbers: [DecimalText]) -> Bool {
      let sizes = numbers.filter { $0.digits != [0] }
      guard let largest = sizes.max(by: { $0.isSmaller(than: $1) }),
        let smallest = sizes.min(by: { $0.isSmaller(than: $1) })
      else { return false }
      let ratioIsLarge =
        largest.exponent - smallest.exponent > 3
        || (largest.exponent - smallest.exponent == 3
          && smallest.leadingDigitsAreSmaller(than: largest))
      return largest.exponent >= 8 || smallest.exponent < -4 || ratioIsLarge
    }
  }

  extension String {
    /// Without spaces at the end.
    fileprivate var trimmed: String {
      String(dropLast(utf8.reversed().prefix { $0 == UInt8(ascii: " ") }.count))
    }
  }

  extension Cell: CustomStringConvertible {
    /// Its name, if it has one, and its type: "fc1.weight: float32 [10, 3]".
    public var description: String {
      let type = value.type.description
      return name.isEmpty ? type : name + ": " + type
    }
  }

  extension BFloat16: CustomStringConvertible {
    /// The fewest decimal digits that no other bfloat16 is nearer to.
    public var description: String {
      let exact = float.description
      guard float.isFinite else { return exact }
      let digits = DecimalText(exact)
      for count in 1..<digits.digits.count {
        let text = digits.rounded(toDigits: count).scientific(fraction: count - 1)
        if let number = Float(text), BFloat16(number) == self { return number.description }
      }
      return exact
    }
  }

  extension DecimalText {
    /// By absolute value.
    fileprivate func isSmaller(than other: DecimalText) -> Bool {
      exponent != other.exponent
        ? exponent < other.exponent : leadingDigitsAreSmaller(than: other)
    }

    fileprivate func leadingDigitsAreSmaller(than other: DecimalText) -> Bool {
      digits.lexicographicallyPrecedes(other.digits)
    }
  }
#endif
