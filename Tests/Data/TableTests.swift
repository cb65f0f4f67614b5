import Adjoint
import AdjointData
import Foundation
import Testing

/// Tables from text: separators, quotes, headers, types, and what is wrong with them.
@Suite struct TableTests {
  private func parse(_ text: String, _ separator: Character? = nil, header: Bool? = nil) throws
    -> Table
  {
    try Table.parse(Array(text.utf8), "data.csv", separator: separator, hasHeader: header)
  }

  private func problem(_ bytes: [UInt8]) -> String? {
    #expect(throws: DataError.self) { try Table.parse(bytes, "data.csv") }?.description
  }

  private func problem(_ text: String) -> String? { problem(Array(text.utf8)) }

  @Test func separatorsHeadersAndLineEnds() throws {
    for mark in [",", ";", "\t"] {
      for end in ["\n", "\r\n", "\r"] {
        let lines = ["a b c", "1 x 2.5", "2 y 3.5"].map {
          $0.replacingOccurrences(of: " ", with: mark)
        }
        let table = try parse("\u{FEFF}" + lines.joined(separator: end))
        #expect(table.columns.map { $0.name } == ["a", "b", "c"])
        #expect(table.columns.map { $0.kind } == [.integer, .category, .number])
        #expect(table.columns[2].numbers == [2.5, 3.5] && table.rowNumbers == [2, 3])
        #expect(table.notes.count == 2 && table.notes[1].contains("is a header"))
      }
    }
    let bare = try parse("1,2\n3,4\n")
    #expect(bare.columns.map { $0.name } == ["column 1", "column 2"] && bare.rowCount == 2)
    #expect(try parse("a,b\nc,d\n", header: false).rowCount == 2)
    #expect(try parse("1;5,5\n2;6,25\n").columns[1].numbers == [5.5, 6.25])
    #expect(try parse("x\n1\n\n2\n").rowNumbers == [2, 4])
    #expect(
      try parse("a,a,,a\n1,2,3,4\n").columns.map { $0.name } == ["a", "a (2)", "column 3", "a (3)"])
    #expect(try parse("a|b\n1|2\n", "|").columns.count == 2)
  }

  @Test func quotes() throws {
    let table = try parse("n,t\n1,\"a, \"\"b\"\"\nc\"\n2,d\"e\n")
    #expect(table["t"]?.texts == ["a, \"b\"\nc", "d\"e"] && table.rowNumbers == [2, 3])
    #expect(
      problem("a,b\n1,\"x\n")
        == "data.csv: row 2, column 2: the quote that opens it is never closed"
    )
    #expect(
      problem("a,b\n\"1\"2,x\n")
        == "data.csv: row 2, column 1: text follows the quote that closes the field")
  }

  @Test func typesAndMissingValues() throws {
    let table = try parse(
      "i,f,b,c,e,h\n1,1e3,true,x,,0x1p3\nNA,?,No,null,NaN,inf\n-3,.5,YES, y ,n/a,1_000\n")
    #expect(
      table.columns.map { $0.kind } == [.integer, .number, .boolean, .category, .empty, .category])
    #expect(table["i"]?.missingCount == 1 && table["f"]?.missingCount == 1)
    #expect(table["b"]?.numbers == [1, 0, 1] && table["c"]?.distinct == ["x", "y"])
    let numbers = try #require(table["i"]?.numbers)
    #expect(numbers[0] == 1 && numbers[1].isNaN && numbers[2] == -3)
  }

  @Test func whatIsWrongIsSaidWithItsRow() throws {
    #expect(
      problem("a,b,c,d,e\n" + String(repeating: "1,2,3,4,5\n", count: 15) + "1,2,3,4\n")
        == "data.csv: row 17 has 4 fields, the header has 5: column 'e' is missing")
    #expect(
      problem("1,2\n3\n") == "data.csv: row 2 has 1 field, the first row has 2: column 2 is missing"
    )
    #expect(
      problem("a,b\n1,2,3\n")
        == "data.csv: row 2 has 3 fields, the header has 2: there is no column 3")
    #expect(problem("") == "data.csv: is empty: row 1, column 1 is missing")
    #expect(problem("\n\n") == "data.csv: has blank rows only: row 1, column 1 is missing")
    #expect(
      problem("a,b\n")
        == "data.csv: has a header and no rows below it: row 2, column 'a' is missing")
    #expect(
      problem([65, 44, 0, 66]) == "data.csv: row 1, column 2 is not text: byte 2 of the file is 0")
    #expect(problem([0xFF, 0xFE, 65, 0]) == "data.csv: is text in UTF-16; save it as UTF-8")
    #expect(
      problem(Array("a,b\n1,".utf8) + [0xE9, 10])
        == "data.csv: row 2, column 2 is not text in UTF-8; save it as UTF-8")
    #expect(throws: DataError.self) { try Table.read("/nowhere.csv") }
  }

  /// Any texts at all come back through quotes.
  @Test func quotingRoundTrip() throws {
    let key = RandomKey(5)
    let pieces = ["a", "\"", ",", ";", "\t", "\n", "\r", " x", "é", "日", "", "7", "\"\"", "\r\n"]
    for round in 0..<500 {
      let own = key.split(round)
      func field(_ place: Int) -> String {
        let length = own.integer(at: 1000 + place, below: 5)
        return (0..<length).map { pieces[own.integer(at: place * 10 + $0, below: pieces.count)] }
          .joined()
      }
      let columns = (0..<3).map { column in
        Column("c\(column)", (0..<4).map { "x" + field(column * 4 + $0) + "x" })
      }
      for mark in [",", ";", "\t"] as [Character] {
        let table = try Table(columns)
        let back = try parse(table.text(separator: mark), mark, header: true)
        #expect(back.columns.map { $0.texts } == columns.map { $0.texts })
      }
    }
  }

  /// Whatever the bytes, there is a table or one line that says why not.
  @Test func tenThousandMutatedFiles() throws {
    let seed = Array(try Data(contentsOf: URL(fileURLWithPath: DataFixture.table("mixed"))))
    let key = RandomKey(9)
    var (tables, preparations, errors) = (0, 0, 0)
    for round in 0..<10_000 {
      let bytes = mutated(Array(seed.prefix(200 + round % 900)), key.split(round))
      do {
        let table = try Table.parse(bytes, "fuzz.csv")
        tables += 1
        let preparation = try TablePreparation(table)
        let data = try preparation.dataset(table)
        preparations += data.count == table.rowCount ? 1 : 0
      } catch let error as DataError {
        errors += 1
        #expect(!error.problem.isEmpty)
      }
    }
    #expect(tables > 500 && preparations > 100 && errors > 1000)
  }

  private func mutated(_ bytes: [UInt8], _ key: RandomKey) -> [UInt8] {
    var bytes = bytes
    let marks = Array("\",;\t\r\n.-+eE?0".utf8)
    for change in 0...key.integer(at: 0, below: 4) {
      let own = key.split(change)
      let place = own.integer(at: 0, below: bytes.count)
      switch own.integer(at: 1, below: 5) {
      case 0: bytes[place] = UInt8(own.integer(at: 2, below: 256))
      case 1: bytes[place] = marks[own.integer(at: 2, below: marks.count)]
      case 2: bytes.insert(marks[own.integer(at: 2, below: marks.count)], at: place)
      case 3: if bytes.count > 1 { bytes.remove(at: place) }
      default: bytes.removeSubrange(place..<Swift.max(place, min(bytes.count - 1, place + 30)))
      }
    }
    return bytes
  }
}
