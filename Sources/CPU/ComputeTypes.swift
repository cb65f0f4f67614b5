import AdjointGraph
import AdjointRuntime

/// In what type each value of a program computes where it joins a group; nil for what is not pointwise.
///
/// A group computes in one type, and reads any other as it loads it: so a cast belongs to what it gives, except
/// that one to truth values belongs to what it reads. Truth values alone are the same numbers in every type; what is
/// made of nothing else joins those around it.
func computeTypes(_ program: Program) -> [ElementType?] {
  var types = [ElementType?](repeating: nil, count: program.values.count)
  for (index, value) in program.values.enumerated() {
    guard case .computed(let operation, let inputs) = value.source, operation.asPointwise != nil
    else { continue }
    let type = ownType(operation, program.values[inputs[0]].type.element, value.type.element)
    types[index] =
      type == .bool ? inputs.compactMap { types[$0] }.first { $0 != .bool } ?? .bool : type
  }
  for (index, value) in program.values.enumerated().reversed() {
    guard case .computed(_, let inputs) = value.source, let type = types[index] else { continue }
    // Nobody whom it could join: more floats than others go into a vector.
    let chosen = type == .bool ? .float32 : type
    types[index] = chosen
    for input in inputs where types[input] == .bool { types[input] = chosen.wide }
  }
  return types
}

/// In what type each sum of a program may be taken in a group; nil for everything else.
func sumTypes(_ program: Program) -> [ElementType?] {
  program.values.map { value in
    guard case .computed(let operation, let inputs) = value.source, operation is Sum else {
      return nil
    }
    let summed = program.values[inputs[0]].type
    return summed.shape.count > 0 && summed.element.isFloating && !summed.element.isNarrow
      ? summed.element : nil
  }
}

/// In which type an operation computes by itself: bool where only truth values are concerned, and a half type where
/// what a cast to it reads has to be loaded with care, lest it rounds twice.
private func ownType(_ operation: any Operation, _ from: ElementType, _ to: ElementType)
  -> ElementType
{
  if to == .bool { return from.wide }
  let losesBits = from == .float64 || to == .bfloat16 && (from == .int32 || from == .int64)
  return operation is Cast && to.isFloating && to.isNarrow && losesBits ? to : to.wide
}
