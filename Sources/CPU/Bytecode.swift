import AdjointGraph
import AdjointRuntime
import CKernels

/// The expressions of a group's members as one list of instructions over few registers.
struct Bytecode {
  private(set) var instructions: [adj_instruction] = []
  private(set) var constants: [Double] = []
  private(set) var registerCount = 0
  /// The inputs, then the members, and the expression values that hold them. So few that a search is a short one.
  private var places: [Int]
  private var values: [Int32]
  /// The register of each expression value.
  private var registers: [Int] = []

  /// `kept` are the members, or inputs, whose values are there when all instructions have run.
  init(_ draft: GroupDraft, keeping kept: [Int]) {
    var expression = Expression(inputCount: draft.inputs.count)
    places = draft.inputs
    values = draft.inputs.indices.map { Int32($0) }
    for member in draft.members {
      guard case .computed(let operation, let inputs) = draft.program.values[member].source,
        let pointwise = operation.asPointwise
      else { continue }
      let operands = inputs.map { Expression.Value(expressionValue(of: $0)) }
      let result = pointwise.express(&expression, operands)
      let element = draft.program.values[member].type.element
      values.append(Bytecode.narrowed(result, to: element, &expression).index)
      places.append(member)
    }
    let results = kept.map { expressionValue(of: $0) }
    constants = expression.constants.map { $0.number }
    let steps =
      draft.fusesProducts
      ? Bytecode.fusingMultiplyAdd(expression, results: results)
      : expression.instructions.map { Bytecode.plain($0) }
    allocate(expression, steps, inputCount: draft.inputs.count, results: results)
  }

  func register(of member: Int) -> Int { registers[Int(expressionValue(of: member))] }

  /// A member that is an input too is meant as a member.
  private func expressionValue(of place: Int) -> Int32 {
    values[places.lastIndex(of: place)!]
  }

  /// A group computes in wide elements: each narrow member rounds or wraps at its end, as it would alone.
  private static func narrowed(
    _ value: Expression.Value, to element: ElementType, _ expression: inout Expression
  ) -> Expression.Value {
    switch element {
    case .float16: expression.emit(.toFloat16, value)
    case .bfloat16: expression.emit(.toBFloat16, value)
    case .int32: expression.emit(.toInt32, value)
    case .int16: expression.emit(.toInt16, value)
    case .int8: expression.emit(.toInt8, value)
    case .uint8: expression.emit(.toUInt8, value)
    default: value
    }
  }

  private struct Step {
    let code: UInt8
    let result: Int32
    /// As many as `count` says; the others repeat the first.
    let operands: InlineArray<3, Int32>
    let count: Int
  }

  /// a·b that is only used in one sum becomes one instruction with it.
  private static func fusingMultiplyAdd(_ expression: Expression, results: [Int32]) -> [Step] {
    var uses = [Int](repeating: 0, count: Int(expression.valueCount))
    var steps = expression.instructions.map { plain($0) }
    for step in steps {
      for operand in 0..<step.count { uses[Int(step.operands[operand])] += 1 }
    }
    // For each value the product that it is, as a place among the steps.
    var product = [Int](repeating: -1, count: Int(expression.valueCount))
    var isAbsorbed = [Bool](repeating: false, count: steps.count)
    for (index, step) in expression.instructions.enumerated() {
      if step.micro == .multiply { product[Int(step.result.index)] = index }
      guard step.micro == .add else { continue }
      for (factor, other) in [(step.a.index, step.b.index), (step.b.index, step.a.index)] {
        let found = product[Int(factor)]
        guard found >= 0, uses[Int(factor)] == 1, !results.contains(factor) else { continue }
        isAbsorbed[found] = true
        let (a, b) = (steps[found].operands[0], steps[found].operands[1])
        steps[index] = Step(
          code: UInt8(ADJ_MULTIPLY_ADD.rawValue), result: step.result.index,
          operands: [a, b, other], count: 3)
        break
      }
    }
    return steps.indices.lazy.filter { !isAbsorbed[$0] }.map { steps[$0] }
  }

  private static func plain(_ step: Expression.Instruction) -> Step {
    let arity = step.micro.arity
    let a = step.a.index
    return Step(
      code: step.micro.rawValue, result: step.result.index,
      operands: [a, arity > 1 ? step.b.index : a, arity > 2 ? step.c.index : a], count: arity)
  }

  /// Inputs and constants keep their registers; a temporary's is free again after its last use.
  private mutating func allocate(
    _ expression: Expression, _ steps: [Step], inputCount: Int, results: [Int32]
  ) {
    registers = Array(repeating: -1, count: Int(expression.valueCount))
    for input in 0..<inputCount { registers[input] = input }
    for (index, constant) in expression.constants.enumerated() {
      registers[Int(constant.value.index)] = inputCount + index
    }
    let fixed = inputCount + expression.constants.count
    registerCount = fixed
    var lastUse = [Int](repeating: -1, count: Int(expression.valueCount))
    for (time, step) in steps.enumerated() {
      for operand in 0..<step.count { lastUse[Int(step.operands[operand])] = time }
    }
    for result in results { lastUse[Int(result)] = steps.count }
    instructions.reserveCapacity(steps.count)
    // Bit r: register r is free. The lowest is taken first.
    var free: UInt64 = 0
    for (time, step) in steps.enumerated() {
      for index in 0..<step.count {
        let operand = Int(step.operands[index])
        if lastUse[operand] == time, registers[operand] >= fixed { free |= 1 << registers[operand] }
      }
      let register = free == 0 ? registerCount : free.trailingZeroBitCount
      free &= ~(1 << register)
      registerCount = max(registerCount, register + 1)
      registers[Int(step.result)] = register
      instructions.append(
        adj_instruction(
          op: step.code, dst: UInt8(register), a: UInt8(registers[Int(step.operands[0])]),
          b: UInt8(registers[Int(step.operands[1])]), c: UInt8(registers[Int(step.operands[2])])))
      if lastUse[Int(step.result)] < 0 { free |= 1 << register }
    }
    precondition(registerCount <= Int(ADJ_MAX_REGISTERS), "a group has too many values at once")
  }
}
