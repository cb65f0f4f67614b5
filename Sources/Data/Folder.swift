import Glibc

/// What lies in folders.
package enum Folder {
  /// The names in a folder but hidden ones, in an order that is the same everywhere.
  package static func entries(_ path: String) throws -> [String] {
    guard let folder = opendir(path) else {
      throw DataError(path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      // An entry is as long as its name, so that it must not be copied whole.
      let start = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
      let name = String(cString: start.assumingMemoryBound(to: CChar.self))
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// True of folders, and of links to them.
  package static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }
}
