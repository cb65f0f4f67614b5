import Glibc

/// TensorBoard's event files: records with checksums, each a message in the wire format of protocol buffers.
final class EventFile {
  private let file: LineFile

  /// A new file in a folder, named as TensorBoard expects it.
  init(folder: String) throws {
    let time = wallSeconds()
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, 255)
    let name = String(
      decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    _ = mkdir(folder, 0o755)
    file = try LineFile(
      "\(folder)/events.out.tfevents.\(Int(time)).\(name).\(getpid()).\(Int(time * 1e6) % 1_000_000)"
    )
    var version = Message()
    version.double(1, time)
    version.text(3, "brain.Event:2")
    try write(version)
  }

  /// A number at a step.
  func scalar(_ tag: String, _ value: Double, step: Int) throws {
    var number = Message()
    number.text(1, tag)
    number.float(2, Float(value))
    try write(number, step)
  }

  /// How numbers are spread at a step.
  func histogram(_ tag: String, _ values: [Double], step: Int) throws {
    let finite = values.filter { $0.isFinite }
    guard let low = finite.min(), let high = finite.max() else { return }
    let (limits, counts) = EventFile.bins(finite, low, high)
    var content = Message()
    content.double(1, low)
    content.double(2, high)
    content.double(3, Double(finite.count))
    content.double(4, finite.reduce(0, +))
    content.double(5, finite.reduce(0) { $0 + $1 * $1 })
    content.doubles(6, limits)
    content.doubles(7, counts)
    var value = Message()
    value.text(1, tag)
    value.message(5, content)
    try write(value, step)
  }

  /// Thirty bins of equal width.
  private static func bins(
    _ values: [Double], _ low: Double, _ high: Double
  ) -> (limits: [Double], counts: [Double]) {
    let number = 30
    let width = high > low ? (high - low) / Double(number) : 1
    var counts = [Double](repeating: 0, count: number)
    for value in values { counts[Swift.min(Int((value - low) / width), number - 1)] += 1 }
    var limits = (1...number).map { low + Double($0) * width }
    limits[number - 1] = Swift.max(limits[number - 1], high)
    return (limits, counts)
  }

  private func write(_ value: Message, _ step: Int) throws {
    var summary = Message()
    summary.message(1, value)
    var event = Message()
    event.double(1, wallSeconds())
    event.integer(2, UInt64(step))
    event.message(5, summary)
    try write(event)
  }

  /// A record: its length, the length's checksum, the message, the message's checksum.
  private func write(_ event: Message) throws {
    let length = littleEndian(UInt64(event.bytes.count), 8)
    try file.append(
      length + littleEndian(UInt64(Checksum.masked(length)), 4) + event.bytes
        + littleEndian(UInt64(Checksum.masked(event.bytes)), 4))
  }
}

private func littleEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

/// A message in the wire format of protocol buffers.
private struct Message {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ field: Int, _ value: UInt64) {
    key(field, 0)
    variable(value)
  }

  mutating func double(_ field: Int, _ value: Double) {
    key(field, 1)
    bytes += littleEndian(value.bitPattern, 8)
  }

  mutating func float(_ field: Int, _ value: Float) {
    key(field, 5)
    bytes += littleEndian(UInt64(value.bitPattern), 4)
  }

  mutating func text(_ field: Int, _ value: String) { content(field, Array(value.utf8)) }
  mutating func message(_ field: Int, _ value: Message) { content(field, value.bytes) }

  mutating func doubles(_ field: Int, _ values: [Double]) {
    content(field, values.flatMap { littleEndian($0.bitPattern, 8) })
  }

  private mutating func content(_ field: Int, _ content: [UInt8]) {
    key(field, 2)
    variable(UInt64(content.count))
    bytes += content
  }

  private mutating func key(_ field: Int, _ kind: UInt64) { variable(UInt64(field) << 3 | kind) }

  private mutating func variable(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// The checksum CRC-32C, masked as records have it.
package enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in
      rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1
    }
  }

  package static func plain(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { rest, byte in
      table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] ^ rest >> 8
    }
  }

  package static func masked(_ bytes: [UInt8]) -> UInt32 {
    let sum = plain(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
