import AdjointGraph
import CSupport

/// 128 bits that stand for the structure of a piece of graph. Stable: no seed, no addresses.
package struct StructureKey: Equatable, Sendable {
  package var a: UInt64 = 0x243F_6A88_85A3_08D3
  package var b: UInt64 = 0x1319_8A2E_0370_7344

  @inline(__always)
  package mutating func mix(_ word: UInt64) {
    a = (a ^ word) &* 0x9FB2_1C65_1E98_DF25
    a ^= a &>> 32
    b = (b &+ word) &* 0xD6E8_FEB8_6659_FD93
    b = (b &<< 29) | (b &>> 35)
  }

  /// Bits of a key that are kept: all, but for tests that force collisions.
  package nonisolated(unsafe) static var keptBits = UInt64.max

  /// The key of an ordered graph: operations with their attributes, the places of their inputs, the types
  /// of leaves, which values are asked for, and what the device says of itself.
  package static func of(_ walk: Walk, roots: [Node], device: UInt64) -> StructureKey {
    var key = StructureKey()
    key.mix(device)
    for index in 0..<walk.count {
      if index + 8 < walk.count { adj_prefetch(walk.nodes[index + 8].toOpaque()) }
      let start = walk.inputStart[index]
      let end = walk.inputStart[index + 1]
      walk.nodes[index]._withUnsafeGuaranteedRef { node in
        if start == end {
          key.mixLeaf(node)
        } else {
          key.mix(node.signature)
          var place = start
          while place + 1 < end {
            key.mix(
              UInt64(UInt32(bitPattern: walk.inputs[Int(place)])) << 32
                | UInt64(UInt32(bitPattern: walk.inputs[Int(place + 1)])))
            place += 2
          }
          if place < end { key.mix(UInt64(UInt32(bitPattern: walk.inputs[Int(place)])) | 1 << 63) }
        }
      }
    }
    for root in roots { key.mix(UInt64(UInt32(bitPattern: root.ordinal)) | 1 << 62) }
    key.a &= keptBits
    key.b &= keptBits
    return key
  }

  @inline(__always)
  private mutating func mixLeaf(_ node: Node) {
    let element = UInt64(node.element.rawValue)
    guard node.storage != nil else {
      mix(node.signature &+ element)
      return
    }
    mix(0xA5A5_0000_0000_0000 | UInt64(node.shape.rank) << 8 | element)
    for axis in 0..<node.shape.rank { mix(UInt64(node.shape[axis])) }
  }
}
