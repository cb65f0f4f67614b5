// What bfloat16 costs in accuracy: networks trained on real data with and without it, from the same weights and batches,
// and their losses on data that they have not seen.
//
//     adjoint-precision [--steps 500] [--seeds 3] [--bound 0.02] [--noise] [mlp-wide] [resnet20] [gpt] [--text FILE ...]
//
// Pictures are Fashion-MNIST's; the text is the licences that every Debian has unless others are named. Fails where
// bfloat16's is higher than float32's by more than the bound. --noise tells beside it how far two trainings in float32
// are apart that begin with weights a rounding to bfloat16 from each other: what is not more than that says nothing
// about the precision of the steps.
import Adjoint
import Glibc

let networks = ["mlp-wide", "resnet20", "gpt"]
let licences = ["Apache-2.0", "GFDL-1.3", "GPL-2", "GPL-3", "LGPL-2.1", "MPL-1.1", "MPL-2.0"]
var (steps, seeds, bound) = (500, 3, 0.02)
var showsNoise = false
var (named, files): ([String], [String]) = ([], [])
var rest = Array(CommandLine.arguments.dropFirst())
while !rest.isEmpty {
  let word = rest.removeFirst()
  let value = rest.first
  switch word {
  case "--steps": steps = value.flatMap { Int($0) } ?? steps
  case "--seeds": seeds = value.flatMap { Int($0) } ?? seeds
  case "--bound": bound = value.flatMap { Double($0) } ?? bound
  case "--text": files += value.map { [$0] } ?? []
  case "--noise":
    showsNoise = true
    continue
  case _ where networks.contains(word):
    named.append(word)
    continue
  default:
    print("adjoint-precision: it knows no \(word); there are \(networks.joined(separator: ", "))")
    exit(2)
  }
  if !rest.isEmpty { rest.removeFirst() }
}
if files.isEmpty {
  files = licences.map { "/usr/share/common-licenses/" + $0 }.filter { access($0, R_OK) == 0 }
}

/// Four places after the point.
func text(_ number: Double) -> String {
  let digits = String(Int((number.magnitude * 10_000).rounded()) + 10_000)
  let whole = Int(number.magnitude + 0.00005)
  return "\(number < 0 ? "-" : "")\(whole).\(digits.suffix(4))"
}

var isFar = false
print(
  "losses on unseen data after \(steps) steps: network, seed, float32, bfloat16, difference in %"
    + (showsNoise ? ", float32 from rounded weights, difference in %" : ""))
for name in named.isEmpty ? networks : named {
  for seed in 0..<seeds {
    let exact = try unseenLoss(name, seed: seed, steps: steps, .float32, text: files)
    let found = try unseenLoss(name, seed: seed, steps: steps, .bfloat16, text: files)
    let difference = (found - exact) / exact
    // What is lower than float32's is no loss of accuracy.
    if !(difference <= bound) { isFar = true }
    print(name, seed, text(exact), text(found), text(100 * difference), terminator: "")
    if showsNoise {
      let other = try unseenLoss(
        name, seed: seed, steps: steps, .float32, moved: true, text: files)
      print("", text(other), text(100 * (other - exact) / exact), terminator: "")
    }
    print()
    fflush(nil)
  }
}
exit(isFar ? 1 : 0)
