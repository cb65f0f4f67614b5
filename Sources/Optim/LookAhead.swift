import AdjointGraph
import AdjointRuntime

extension UpdateRule {
  /// This rule with look-ahead (Zhang et al. 2019): every `period` updates slow weights go the share `rate` of the
  /// way to the fast ones, which then start from there.
  public func lookingAhead(every period: Int = 5, rate: Double = 0.5) -> UpdateRule {
    let (fast, period) = (self, Swift.max(period, 1))
    let slow = StateForm("slow_value", start: .parameter)
    return UpdateRule(states: { fast.states($0) + [slow] }) { numbers in
      let update = fast.prepare(numbers)
      let isMeeting = greater(
        numbers.scalar { $0.count % period == 0 ? 1 : 0 }, numbers.scalar(0))
      let share = numbers.scalar(rate)
      return { step in
        let slow = step.states[step.states.count - 1]
        let new = update(
          ParameterStep(
            value: step.value, gradient: step.gradient, states: Array(step.states.dropLast())))
        let met = slow + (new.value - slow) * share
        return ParameterUpdate(
          select(isMeeting, met, new.value), states: new.states + [select(isMeeting, met, slow)])
      }
    }
  }
}
