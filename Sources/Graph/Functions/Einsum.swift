/// Sums of products by Einstein's rule: every axis of every operand has a letter, and letters that the result
/// does not have are summed over. "ij,jk->ik" is a product of matrices, "bij,bjk->bik" a batch of them,
/// "ii->" a trace, "ij->ji" a transpose. A letter twice in one operand takes the diagonal. Without "->" the
/// result has the letters that occur once, in the order of the alphabet.
///
/// Products of two operands at a time, from the left, run as products of matrices.
public func einsum(_ terms: String, _ operands: Tensor...) -> Tensor {
  einsum(terms, operands)
}

/// Sums of products by Einstein's rule, of operands in an array.
public func einsum(_ terms: String, _ operands: [Tensor]) -> Tensor {
  for operand in operands where operand.node.isPoisoned { return operand }
  do throws(GraphError) {
    let equation = try Equation(terms)
    try equation.check(operands)
    return equation.evaluated(operands)
  } catch {
    return fail(error)
  }
}

/// A tensor whose axes have letters.
private struct Labelled {
  var tensor: Tensor
  var letters: [UInt8]

  func size(_ letter: UInt8) -> Int {
    letters.firstIndex(of: letter).map { tensor.shape[$0] } ?? 1
  }

  /// Axes in this order of letters, each of which must be there.
  func ordered(_ order: [UInt8]) -> Tensor {
    guard order != letters else { return tensor }
    return tensor.transposed(order.map { letters.firstIndex(of: $0) ?? 0 })
  }

  /// Without repeated letters: only where both places agree, summed over one of them.
  func withDiagonals() -> Labelled {
    var result = self
    while let again = result.letters.indices.first(where: {
      result.letters[..<$0].contains(result.letters[$0])
    }) {
      let x = result.tensor
      let first = result.letters.firstIndex(of: result.letters[again]) ?? 0
      let isDiagonal = equal(x.places(along: first), x.places(along: again))
      result.tensor = select(isDiagonal, x, .literal(0, x.element)).sum([again])
      result.letters.remove(at: again)
    }
    return result
  }

  /// Summed over the letters that nobody else has.
  func summed(keeping kept: [UInt8]) -> Labelled {
    let gone = letters.indices.filter { !kept.contains(letters[$0]) }
    guard !gone.isEmpty else { return self }
    return Labelled(tensor: tensor.sum(gone), letters: letters.filter { kept.contains($0) })
  }

  /// The product with another, summed over what both have and is not kept: [batch, rows, inner] times
  /// [batch, inner, columns].
  func times(_ other: Labelled, keeping kept: [UInt8]) -> Labelled {
    let a = summed(keeping: kept + other.letters)
    let b = other.summed(keeping: kept + letters)
    let common = a.letters.filter { b.letters.contains($0) }
    let batch = common.filter { kept.contains($0) }
    let inner = common.filter { !kept.contains($0) }
    let rows = a.letters.filter { !common.contains($0) }
    let columns = b.letters.filter { !common.contains($0) }
    let (n, k) = (a.product(batch), a.product(inner))
    let left = a.ordered(batch + rows + inner).reshaped([n, a.product(rows), k])
    let right = b.ordered(batch + inner + columns).reshaped([n, k, b.product(columns)])
    let letters = batch + rows + columns
    let shape = Shape(letters.map { a.letters.contains($0) ? a.size($0) : b.size($0) })
    let product = inner.isEmpty && !left.element.isFloating ? left * right : matmul(left, right)
    return Labelled(tensor: product.reshaped(shape), letters: letters)
  }

  private func product(_ chosen: [UInt8]) -> Int { chosen.reduce(1) { $0 * size($1) } }
}

/// The terms of an einsum, read.
private struct Equation {
  private var inputs: [[UInt8]] = [[]]
  private var output: [UInt8] = []

  init(_ terms: String) throws(GraphError) {
    var hasArrow = false
    var bytes = Array(terms.utf8)
    bytes.removeAll { $0 == UInt8(ascii: " ") }
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "-"), place < bytes.count, bytes[place] == UInt8(ascii: ">"),
        !hasArrow
      {
        hasArrow = true
        place += 1
      } else if byte == UInt8(ascii: ","), !hasArrow {
        inputs.append([])
      } else if Equation.isLetter(byte) {
        if hasArrow { output.append(byte) } else { inputs[inputs.count - 1].append(byte) }
      } else {
        throw GraphError(
          "einsum", "'\(Equation.text([byte]))' in \"\(terms)\" is not a letter, a comma or ->")
      }
    }
    if !hasArrow { output = lettersThatOccurOnce() }
    try checkOutput()
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
  }

  private static func text(_ letters: [UInt8]) -> String {
    String(decoding: letters, as: UTF8.self)
  }

  private func lettersThatOccurOnce() -> [UInt8] {
    let all = inputs.flatMap { $0 }
    return all.filter { letter in all.filter { $0 == letter }.count == 1 }.sorted()
  }

  private func checkOutput() throws(GraphError) {
    for (place, letter) in output.enumerated() {
      let name = Equation.text([letter])
      guard inputs.contains(where: { $0.contains(letter) }) else {
        throw GraphError(
          "einsum", "'\(name)' of the result \"\(Equation.text(output))\" is in no operand")
      }
      guard !output[..<place].contains(letter) else {
        throw GraphError(
          "einsum", "'\(name)' stands twice in the result \"\(Equation.text(output))\"")
      }
    }
  }

  /// Ranks and sizes agree with the letters.
  func check(_ operands: [Tensor]) throws(GraphError) {
    guard operands.count == inputs.count else {
      throw GraphError(
        "einsum", "\(inputs.count) terms do not name \(operands.count) operands")
    }
    var known: [(letter: UInt8, size: Int)] = []
    for (letters, operand) in zip(inputs, operands) {
      guard letters.count == operand.rank else {
        throw GraphError(
          "einsum", "\"\(Equation.text(letters))\" does not fit \(operand.shape.description)")
      }
      for (axis, letter) in letters.enumerated() {
        let size = operand.shape[axis]
        if let before = known.first(where: { $0.letter == letter }), before.size != size {
          throw GraphError(
            "einsum",
            "'\(Equation.text([letter]))' is \(before.size) and, in \"\(Equation.text(letters))\" of \(operand.shape.description), \(size)"
          )
        }
        known.append((letter, size))
      }
    }
  }

  func evaluated(_ operands: [Tensor]) -> Tensor {
    var result = Labelled(tensor: operands[0], letters: inputs[0]).withDiagonals()
    for index in 1..<Swift.max(operands.count, 1) {
      let next = Labelled(tensor: operands[index], letters: inputs[index]).withDiagonals()
      let later = inputs[(index + 1)...].flatMap { $0 }
      result = result.times(next, keeping: output + later)
    }
    return result.summed(keeping: output).ordered(output)
  }
}
