import AdjointGraph
import AdjointRuntime
import CKernels

/// The expressions of a group's members as one list of instructions over few registers.
struct Bytecode {
  private(set) var instructions: [adj_instruction] = []
  private(set) var constants: [Double] = []
  private(set) var registerCount = 0
  /// The expression value that holds a member's result.
  private var valueOf: [Int: Int32] = [:]
  /// The register of each expression value.
  private var registers: [Int] = []

  /// `kept` are the members, or inputs, whose values are there when all instructions have run.
  init(_ draft: GroupDraft, keeping kept: [Int]) {
    var expression = Expression(inputCount: draft.inputs.count)
    for (index, input) in draft.inputs.enumerated() { valueOf[input] = Int32(index) }
    for member in draft.members {
      guard case .computed(let operation, let inputs) = draft.program.values[member].source,
        let pointwise = operation.asPointwise
      else { continue }
      let operands = inputs.map { Expression.Value(valueOf[$0]!) }
      let result = pointwise.express(&expression, operands)
      let element = draft.program.values[member].type.element
      valueOf[member] = Bytecode.narrowed(result, to: element, &expression).index
    }
    constants = expression.constants.map { $0.number }
    let steps =
      draft.fusesProducts
      ? Bytecode.fusingMultiplyAdd(
        expression, results: Set(kept.map { valueOf[$0]! }))
      : expression.instructions.map { Bytecode.plain($0) }
    allocate(expression, steps, inputCount: draft.inputs.count, results: kept)
  }

  func register(of member: Int) -> Int { registers[Int(valueOf[member]!)] }

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
    var code: UInt8
    var result: Int32
    var operands: [Int32]
  }

  /// a·b that is only used in one sum becomes one instruction with it.
  private static func fusingMultiplyAdd(_ expression: Expression, results: Set<Int32>) -> [Step] {
    var uses = [Int](repeating: 0, count: Int(expression.valueCount))
    for step in expression.instructions {
      for operand in operands(step) { uses[Int(operand)] += 1 }
    }
    var product: [Int32: Expression.Instruction] = [:]
    var absorbed: Set<Int32> = []
    var steps: [Step] = []
    for step in expression.instructions {
      if step.micro == .multiply { product[step.result.index] = step }
      if step.micro == .add {
        for (factor, other) in [(step.a, step.b), (step.b, step.a)] {
          guard let found = product[factor.index], uses[Int(factor.index)] == 1,
            !results.contains(factor.index)
          else { continue }
          absorbed.insert(factor.index)
          steps.append(
            Step(
              code: UInt8(ADJ_MULTIPLY_ADD.rawValue), result: step.result.index,
              operands: [found.a.index, found.b.index, other.index]))
          break
        }
        if steps.last?.result == step.result.index { continue }
      }
      steps.append(plain(step))
    }
    return steps.filter { !absorbed.contains($0.result) }
  }

  private static func plain(_ step: Expression.Instruction) -> Step {
    Step(code: step.micro.rawValue, result: step.result.index, operands: operands(step))
  }

  private static func operands(_ step: Expression.Instruction) -> [Int32] {
    Array([step.a.index, step.b.index, step.c.index].prefix(step.micro.arity))
  }

  /// Inputs and constants keep their registers; a temporary's is free again after its last use.
  private mutating func allocate(
    _ expression: Expression, _ steps: [Step], inputCount: Int, results: [Int]
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
      for operand in step.operands { lastUse[Int(operand)] = time }
    }
    for result in results { lastUse[Int(valueOf[result]!)] = steps.count }
    var free: [Int] = []
    for (time, step) in steps.enumerated() {
      for operand in Set(step.operands) where lastUse[Int(operand)] == time {
        if registers[Int(operand)] >= fixed { free.append(registers[Int(operand)]) }
      }
      free.sort(by: >)
      let register = free.popLast() ?? registerCount
      registerCount = max(registerCount, register + 1)
      registers[Int(step.result)] = register
      let names = step.operands.map { UInt8(registers[Int($0)]) }
      instructions.append(
        adj_instruction(
          op: step.code, dst: UInt8(register), a: names[0],
          b: names.count > 1 ? names[1] : names[0], c: names.count > 2 ? names[2] : names[0]))
      if lastUse[Int(step.result)] < 0 { free.append(register) }
    }
    precondition(registerCount <= Int(ADJ_MAX_REGISTERS), "a group has too many values at once")
  }
}
