import Adjoint
import AdjointData
import Foundation
import Testing

/// How tables become tensors, beside scikit-learn.
@Suite struct TablePreparationTests {
  private func table(_ text: String) throws -> Table {
    try Table.parse(Array(text.utf8), "data.csv")
  }

  @Test func scikitLearnsSets() throws {
    let fixture = try DataFixture.load()
    #expect(fixture.tables.count == 4)
    for (name, expected) in fixture.tables {
      let table = try Table.read(DataFixture.table(name))
      #expect(table.rowCount == expected.rows)
      let rows = (0..<expected.rows).filter { $0 % 3 != 0 }
      // Without a name the last column is the target.
      let preparation = try TablePreparation(table, trainingRows: rows)
      #expect(preparation.inputWidth == expected.mean.count)
      for (place, feature) in preparation.features.enumerated() {
        guard case .number(_, let mean, let deviation, _) = feature.treatment else {
          Issue.record("\(name): \(feature.column) is no number")
          continue
        }
        #expect(abs(mean - expected.mean[place]) <= 1e-12 * abs(mean))
        #expect(abs(deviation - expected.deviation[place]) <= 1e-12 * deviation)
      }
      let first = try preparation.inputs(table, rows: [0, 1, 2, 3]).inputs.doubles
      for (ours, theirs) in zip(first, expected.first.flatMap { $0 }) {
        #expect(abs(ours - theirs) < 1e-5)
      }
    }
  }

  @Test func tasksAreInferred() throws {
    let expected: [(String, TableTask?, String)] = [
      ("iris", .classes(["setosa", "versicolor", "virginica"]), "holds text"),
      ("wine", .classes(["0", "1", "2"]), "3 different whole numbers in 178 rows, few enough"),
      ("breast-cancer", .classes(["benign", "malignant"]), "holds text"),
      ("diabetes", .numbers, "214 different whole numbers in 442 rows, too many"),
    ]
    for (name, task, reason) in expected {
      let preparation = try TablePreparation(try Table.read(DataFixture.table(name)))
      #expect(preparation.task == task)
      #expect(preparation.notes.contains { $0.contains(reason) }, "\(preparation.notes)")
    }
    let wine = try Table.read(DataFixture.table("wine"))
    #expect(try TablePreparation(wine, task: .numbers).task == .numbers)
    let iris = try Table.read(DataFixture.table("iris"))
    #expect(throws: DataError.self) { try TablePreparation(iris, task: .numbers) }
  }

  @Test func categoriesAndMissingValuesAsScikitLearn() throws {
    let table = try Table.read(DataFixture.table("mixed"))
    let expected = try DataFixture.load().mixed.inputs
    let rows = (0..<table.rowCount).filter { $0 % 4 != 0 }
    let preparation = try TablePreparation(table, target: "label", trainingRows: rows)
    #expect(
      preparation.inputNames == [
        "size", "weight", "colour=blue, light", "colour=dark \"grey\"", "colour=green",
        "colour=red",
      ])
    let ours = try preparation.inputs(table).inputs
    #expect(ours.shape == [expected.count, 6])
    for (a, b) in zip(ours.doubles, expected.flatMap { $0 }) { #expect(abs(a - b) < 1e-5) }
    #expect(preparation.notes.filter { $0.contains("missing value") }.count == 3)
    #expect(try preparation.targets(table, rows: [0]).integers == [0])
  }

  @Test func itIsSavedAndAppliedToNewRows() throws {
    for (name, target) in [("mixed", "label"), ("diabetes", "progression")] {
      let old = try Table.read(DataFixture.table(name))
      let preparation = try TablePreparation(old, target: target)
      let back = try TablePreparation(preparation.description)
      #expect(back == preparation)
      #expect(try back.inputs(old).inputs.floats == preparation.inputs(old).inputs.floats)
      #expect(throws: DataError.self) { try TablePreparation(.text("x")) }
    }
    let learned = try TablePreparation(
      try table("n,flag,c,y\n1,true,a,u\n3,false,b,v\n5,true,a,u\n"), target: "y")
    // Other order, no target, an unknown category, everything missing.
    let new = try table("c,flag,n\nz,NO,3\n?,?,?\n")
    let (inputs, unknown) = try learned.inputs(new)
    let third = Float(1.0 / 3)
    let flag = (2 / 9.0).squareRoot()
    #expect(unknown == 1 && inputs.shape == [2, 4])
    let expected: [Float] = [0, Float(-2 / 3.0 / flag), 0, 0, 0, third / Float(flag), 1, 0]
    for (a, b) in zip(inputs.floats, expected) { #expect(abs(a - b) < 1e-6) }
    let odd = #expect(throws: DataError.self) {
      try learned.inputs(try table("c,flag,n\na,no,many\n"))
    }
    #expect(odd?.description == "data.csv: row 2, column 'n': 'many' is not a number")
  }

  @Test func aNumberIsStandardisedAndComesBack() throws {
    let data = try table("x,y\n1,2.5\n2,4.5\n3,9.5\n")
    let preparation = try TablePreparation(data)
    let targets = try preparation.dataset(data).targets
    #expect(targets.shape == [3, 1] && abs(targets.mean().item) < 1e-6)
    for (a, b) in zip(preparation.numbers(targets), [2.5, 4.5, 9.5]) { #expect(abs(a - b) < 1e-5) }
    #expect(preparation.outputCount == 1)
  }

  @Test func whatIsWrongIsSaid() throws {
    func problem(_ text: String, _ target: String? = "y", _ features: [String]? = nil) -> String? {
      #expect(throws: DataError.self) {
        try TablePreparation(try table(text), target: target, features: features)
      }?.description
    }
    #expect(
      problem("a,b\n1,2\n", "y")
        == "data.csv: row 1, the header, has no column 'y'; it has 'a', 'b'")
    #expect(
      problem("x,y\n1,a\n2,a\n")
        == "data.csv: rows 2 to 3, column 'y': the target is 'a' in all of them, so there is nothing to learn"
    )
    #expect(problem("x,y\n1,a\n2,\n") == "data.csv: row 3, column 'y': the target is missing")
    #expect(
      problem("x,y\n?,a\n,b\n")
        == "data.csv: no column is left to learn 'y' from: column 'x' is left out: it has no values to learn from"
    )
    #expect(problem("y\n1\n")?.contains("one column only, 'y'") == true)
    #expect(problem("x,y\n1,a\n2,b\n", "y", ["y"])?.contains("is the target") == true)
    #expect(problem("x,y\n1,a\n2,b\n", "y", ["z"])?.contains("has no column 'z'") == true)
    let names = (0..<40).map { "id\($0),\($0),\($0 % 2)" }.joined(separator: "\n")
    let kept = try TablePreparation(try table("name,x,y\n\(names)\n"))
    #expect(kept.features.map { $0.column } == ["x"])
    #expect(kept.notes.contains { $0.contains("'name' is left out") })
  }
}
