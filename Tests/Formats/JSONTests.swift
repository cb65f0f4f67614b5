import AdjointFormats
import Foundation
import Testing

/// Small JSON: what is written is read again, bit for bit, and what is wrong is refused.
@Suite struct JSONTests {
  @Test func whatIsWrittenIsReadAgain() throws {
    let numbers: [Double] = [
      0, -0.0, 1, 0.1, 1e-300, 5e-324, 1.7976931348623157e308, 2.0 / 3, -123456789.125,
    ]
    let value: JSON = [
      "empty": [], "none": .null, "object": [:], "yes": true, "no": false,
      "whole": .array([.integer(.max), .integer(.min), 0]),
      "numbers": .array(numbers.map { .number($0) }),
      "text": .string("\"\\/\u{8}\u{c}\n\r\t\u{1}é€😀"), "é": 1,
    ]
    for text in [value.text(), value.text(indented: true)] {
      let read = try JSON(parsing: text)
      #expect(read == value)
      let bits = read["numbers"]!.array!.map { $0.double!.bitPattern }
      #expect(bits == numbers.map { $0.bitPattern })
      // Foundation reads the same.
      let other = try JSONSerialization.jsonObject(with: Data(text.utf8)) as! [String: Any]
      #expect((other["text"] as! String) == value["text"]!.string!)
      #expect((other["numbers"] as! [Double]) == numbers)
    }
  }

  @Test func thousandsOfDoublesKeepTheirBits() throws {
    var state: UInt64 = 1
    for _ in 0..<5_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = Double(bitPattern: state)
      let read = try JSON(parsing: JSON.number(number).text()).double
      #expect(number.isNaN ? read!.isNaN : read!.bitPattern == number.bitPattern)
    }
  }

  @Test func whatIsNotFiniteIsText() throws {
    for number in [Double.infinity, -.infinity] {
      #expect(try JSON(parsing: JSON.number(number).text()).double == number)
    }
    #expect(try JSON(parsing: JSON.number(.nan).text()).double!.isNaN)
  }

  @Test func escapesAreCharacters() throws {
    #expect(try JSON(parsing: #""\u00e9\ud83d\ude00\/""#) == "é😀/")
  }

  @Test(arguments: [
    "", " ", "{", "[1", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "-", "1.", ".5", "1e",
    "1e999", "tru", "nul", "\"", "\"\\x\"", "\"\\ud800\"", "\"\\u12g4\"", "\"a\nb\"", "1 2", "[1]]",
    "{\"a\":1,\"a\":2}", "+1", "NaN", "'a'", "--1", "[,1]",
  ]) func whatIsWrongIsRefused(_ text: String) {
    do {
      let value = try JSON(parsing: text, source: "it")
      Issue.record("\(text) was read as \(value)")
    } catch {
      let line = "\(error)"
      #expect(line.hasPrefix("it: ") && !line.contains("\n"))
    }
  }

  @Test func deepNestingAndWrongBytesAreRefused() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: FormatError.self) { try JSON(parsing: deep) }
    #expect(throws: FormatError.self) {
      try JSON(parsing: [UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")])
    }
  }
}
