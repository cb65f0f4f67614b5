import Adjoint
import AdjointData
import Testing

/// What tables from elsewhere are like: marks in numbers, headers with numbers in them, slips, rows that are numbered.
@Suite struct TableReadingTests {
  private func parse(_ text: String) throws -> Table {
    try Table.parse(Array(text.utf8), "data.csv")
  }

  private func numbers(_ text: String, _ column: String) throws -> [Double] {
    try parse(text)[column]?.numbers ?? []
  }

  @Test func commasAndPointsOfThousands() throws {
    let quoted = try parse("sales,y\n\"17,502\",1\n948,2\n\"1,234,567\",3\n\"2,345.5\",4\n")
    #expect(quoted["sales"]?.numbers == [17502, 948, 1_234_567, 2345.5])
    #expect(quoted.notes.contains("column 'sales': commas are thousands"))
    #expect(try parse("s,y\n\"17,502\",1\n\"-4,016\",2\n")["s"]?.kind == .integer)
    // Where fractions have commas, points part thousands; by itself a point is decimal.
    let german = try parse("x;p;y\n17079;2439,86;34.158\n24016;3430,8;948\n")
    #expect(german["p"]?.numbers == [2439.86, 3430.8] && german["y"]?.numbers == [34158, 948])
    #expect(german.notes.contains("column 'y': points are thousands"))
    #expect(try numbers("x;y\n1;34.158\n2;48.032\n", "y") == [34.158, 48.032])
    #expect(try numbers("x;y\n1,5;1.234,56\n2,5;12.345.678,9\n", "y") == [1234.56, 12_345_678.9])
    #expect(try numbers("x;p;y\n1,5;0.998;1.234\n2,5;2.5;2.345\n", "y") == [1.234, 2.345])
    // What can only be a fraction, or comes with one, is none of thousands.
    #expect(try numbers("x,y\n\"17,502\",1\n\"3,5\",2\n", "x") == [17.502, 3.5])
    #expect(try numbers("x,y\n\"0,502\",1\n\"0,125\",2\n", "x") == [0.502, 0.125])
    #expect(
      try numbers("x,z,y\n\"17,502\",\"3,5\",1\n\"1,125\",\"4,5\",2\n", "x") == [17.502, 1.125])
    #expect(try numbers("x;y\n17,502;1\n1,125;2\n", "x") == [17.502, 1.125])
    #expect(try parse("x;y\n17,502;1\n1,125;2\n").notes.contains("column 'x': commas are decimal"))
    #expect(try numbers("x;z;y\n17,502;3.5;1\n1,125;4.25;2\n", "x") == [17502, 1125])
  }

  /// A file to predict may be too short to show what its marks are, or have other ones.
  @Test func thePreparationKeepsWhatItsMarksAre() throws {
    let fractions = try TablePreparation(
      try parse("x,y\n\"17,502\",1.5\n\"3,5\",2.5\n"), target: "y")
    let kept = try TablePreparation(fractions.description)
    #expect(kept == fractions)
    let alone = try parse("x,y\n\"17,502\",1.5\n")
    let value = try kept.inputs(alone).inputs.doubles[0]
    #expect(abs(value - 1) < 1e-6)
    let thousands = try TablePreparation(
      try parse("x;p;y\n17.000;0,5;2.000\n3.000;1,5;4.000\n"), target: "y", task: .numbers)
    let back = try TablePreparation(thousands.description)
    let new = try parse("x;p;y\n3.000;2;2.000\n")
    #expect(abs(try back.inputs(new).inputs.doubles[0] + 1) < 1e-6)
    #expect(abs(try back.targets(new).doubles[0] + 1) < 1e-6)
    // Without marks in training those of the new file count.
    let plain = try TablePreparation(try parse("x,y\n17000,1.5\n3000,2.5\n"), target: "y")
    let marked = try plain.inputs(try parse("x,y\n\"17,000\",1.5\n"))
    #expect(abs(marked.inputs.doubles[0] - 1) < 1e-6)
  }

  @Test func headersWithNumbersInThem() throws {
    let years = try parse("country,2019,2020,y\nA,0,0,q\nB,1,1,q\nA,2,2,p\n")
    #expect(years.columns.map { $0.name } == ["country", "2019", "2020", "y"])
    #expect(years.notes.contains("the first row is a header, for its numbers are years"))
    let named = try parse("1,2,y\n0.5,3,7\n1.5,4,8\n")
    #expect(named.columns.map { $0.name } == ["1", "2", "y"])
    #expect(named.notes.contains("the first row is a header, for 'y' stands above numbers"))
    // Data: fractions, odd cells, texts that come again.
    for text in ["5.1,x\n4.9,x\n4.7,y\n", "1,red\n2,blue\n3,red\n", "1,$12\n2,13\n3,14\n"] {
      #expect(try parse(text).rowCount == 3)
    }
    #expect(try parse("2019,red\n2020,blue\n2021,green\n").rowCount == 3)
    let texts = try parse("red,small\nblue,large\nred,large\n")
    #expect(texts.rowCount == 3)
    #expect(
      texts.notes.contains(
        "there is no header, for 'red' of the first row comes again below it"))
    #expect(try parse("colour,size\nblue,large\nred,large\n").rowCount == 2)
  }

  @Test func otherSeparators() throws {
    #expect(try parse("sep=;\na;b\n1;2,5\n").columns.map { $0.name } == ["a", "b"])
    #expect(try parse("sep=,\r\na,b\r\n1,2\r\n").rowNumbers == [3])
    let bars = try parse("a|b\n1|2.5\n2|3.5\n")
    #expect(bars["b"]?.numbers == [2.5, 3.5])
    #expect(bars.notes.contains("fields are separated by vertical bars"))
    let sheet = #expect(throws: DataError.self) {
      try Table.parse([0x50, 0x4B, 3, 4, 0, 0], "t.csv")
    }
    #expect(sheet?.problem.contains("save the sheet as CSV") == true)
  }

  /// 40 rows whose cell in column a is what `cell` says.
  private func slips(_ cell: (Int) -> String) throws -> Table {
    try parse(
      "a,b,y\n" + (0..<40).map { "\(cell($0)),\($0 % 7),\($0 % 2 == 0 ? "u" : "v")\n" }.joined())
  }

  @Test func slipsAmongNumbersAreMissing() throws {
    for odd in ["inf", "$12", "x"] {
      let table = try slips { $0 == 3 ? odd : "\($0).5" }
      #expect(table["a"]?.kind == .number && table["a"]?.missingCount == 1)
      let preparation = try TablePreparation(table)
      #expect(
        preparation.notes.contains(
          "row 5, column 'a' has '\(odd)', which is no number; 1 such cell is taken as missing"))
      #expect(preparation.features.map { $0.column } == ["a", "b"])
      #expect(preparation.notes(on: table).count == 1)
      #expect(try preparation.inputs(table, rows: [3]).inputs.doubles[0] == 0)
    }
    for mark in ["-", "--", ".", "?", "n/a", "null", "none", "#N/A"] {
      let table = try slips { $0 % 3 == 0 ? mark : "\($0).5" }
      #expect(table["a"]?.kind == .number && table["a"]?.missingCount == 14, "\(mark)")
      #expect(try !TablePreparation(table).notes.contains { $0.contains("no number") })
    }
    // Among texts a dash and none are values; among few whole numbers a letter is a class.
    #expect(try slips { $0 % 3 == 0 ? "none" : "some" }["a"]?.distinct == ["none", "some"])
    #expect(try slips { $0 == 3 ? "x" : "\($0 % 3)" }["a"]?.kind == .category)
    #expect(try slips { $0 % 5 == 0 ? "x" : "\($0).5" }["a"]?.kind == .category)
  }

  @Test func numbersWhoseSquaresAreInfinite() throws {
    let preparation = try TablePreparation(try slips { $0 == 3 ? "1e300" : "\($0).5" })
    guard case .number(_, _, let deviation, _) = preparation.features[0].treatment else {
      Issue.record("no number")
      return
    }
    #expect(abs(deviation / 1e300 - (39.0 / 1600).squareRoot()) < 1e-9)
    #expect(preparation.notes.contains { $0.contains("row 5, column 'a' has '1e300'") })
  }

  @Test func columnsThatNumberTheRows() throws {
    func kept(_ header: String, _ number: (Int) -> Int) throws -> TablePreparation {
      try TablePreparation(
        try parse(
          "\(header),x,y\n"
            + (0..<30).map { "\(number($0)),\($0 % 7).5,\($0 < 15 ? "u" : "v")\n" }.joined()))
    }
    for name in ["id", "ID", "customer_id", "PassengerId", "Unnamed: 0", "", "Row Nr.", "index"] {
      let preparation = try kept(name) { $0 + 1 }
      #expect(preparation.features.map { $0.column } == ["x"], "\(name)")
      #expect(preparation.notes.contains { $0.contains("is left out: it numbers the rows") })
    }
    #expect(try kept("id") { 3 * $0 + 100 }.features.count == 1)
    #expect(try kept("id") { 29 - $0 }.features.count == 1)
    let odd = try kept("width") { 3 * $0 + 100 }
    #expect(odd.features.count == 2)
    #expect(odd.notes.contains { $0.contains("'width' is a whole number that rises") })
    #expect(try kept("id") { $0 * 7 % 30 + 5 }.features.count == 2)
    #expect(try kept("idea") { $0 }.features.count == 2)
    #expect(throws: DataError.self) {
      try TablePreparation(try parse("id,y\n" + (0..<9).map { "\($0),\($0 % 2)\n" }.joined()))
    }
  }

  @Test func whatWasNotMetInTraining() throws {
    let learned = try TablePreparation(try parse("city,y\nRom,u\nBonn,v\nRom,u\n"), target: "y")
    let new = try parse("city,x\nParis,1\nRom,2\nParis,3\nOslo,4\n,5\n")
    #expect(
      learned.notes(on: new) == [
        "column 'city': 'Oslo', 'Paris' were not met in training, in 3 rows"
      ])
    #expect(
      learned.notes(on: try parse("city,x\nParis,1\nRom,2\n")) == [
        "column 'city': 'Paris' was not met in training, in 1 row"
      ])
    #expect(learned.notes(on: try parse("city,x\nRom,2\nBonn,1\n")).isEmpty)
  }

  @Test func rowsWithoutATargetAreLeftOut() throws {
    let table = try parse("x,y\n1,a\n2,\n3,b\n4,?\n").rowsWithTarget()
    #expect(table.rowNumbers == [2, 4])
    #expect(
      table.notes.last == "2 rows are left out, for the target 'y' is missing: rows 3, 5")
    let whole = try parse("x,y\n1,a\n2,b\n")
    #expect(try whole.rowsWithTarget("y").notes == whole.notes)
    #expect(try parse("x,y\n1,\n2,\n").rowsWithTarget("y").rowCount == 2)
  }

  @Test func constantColumnsAndClassesAreSaid() throws {
    let preparation = try TablePreparation(try parse("a,b,y\n1,2,z\n1,3,x\n1,4,z\n"))
    #expect(preparation.notes.contains { $0.contains("column 'a' is '1' in all rows") })
    #expect(preparation.notes.contains("classes: x, z"))
  }
}
