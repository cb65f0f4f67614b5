import Adjoint

extension Command {
  static let doctor = Command(
    name: "doctor",
    summary: "Says what this machine offers, what is missing, and what to do about it.",
    options: [Option(name: "--json", summary: "one line of JSON")],
    run: { arguments in
      try arguments.refuseOperands()
      print(arguments.has("--json") ? Diagnosis().json : Diagnosis().text)
    })
}

/// What was found on this machine.
private struct Diagnosis {
  private let library = CPUDevice.shared.libraryVersion
  private let hasThreadPool = CPUDevice.hasThreadPool

  /// What is missing, what that means, and what to do.
  private var missing: [(what: String, remedy: String)] {
    var missing: [(String, String)] = []
    if library == nil {
      let problem = CPUDevice.libraryProblem ?? "it is switched off"
      missing.append(
        (
          "oneDNN: " + Diagnosis.oneLine(problem),
          "convolutions and products run on slower kernels; install libdnnl-dev and build again"
        ))
    }
    if CPUDevice.lapack == nil {
      missing.append(
        (
          "LAPACK: OpenBLAS not found",
          "own kernels serve, which large eigenproblems notice; install libopenblas0-openmp"
        ))
    }
    if !hasThreadPool {
      missing.append(
        ("thread pool: libgomp.so.1 not found", "everything runs on one thread; install libgomp1"))
    }
    return missing + pictures
  }

  /// What pictures need.
  private var pictures: [(what: String, remedy: String)] {
    PictureFile.missingLibraries.map {
      ("\($0.format): no library that decodes it", "such pictures cannot be read; \($0.remedy)")
    }
  }

  private var pictureFormats: String {
    let missing = PictureFile.missingLibraries.map { $0.format }
    let found = ["PNG", "JPEG"].filter { !missing.contains($0) }
    return found.isEmpty ? "none" : found.joined(separator: ", ")
  }

  /// The compiler that built this.
  private static var swift: String {
    #if compiler(>=6.5)
      "newer than 6.4"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// Where computations may run, and what is to be known of it.
  private var devices: [(name: String, facts: String)] {
    let threads = hasThreadPool ? CPUDevice.processors : 1
    return [
      ("cpu", "\(threads) \(threads == 1 ? "thread" : "threads"), \(CPUDevice.instructionSet)"),
      ("reference", "one plain kernel an operation, to compare with"),
    ]
  }

  private static let graphics = "none found: this version computes on the processor; nothing to do"

  var text: String {
    var table = TextTable([.left, .left])
    table.add(["adjoint", CommandLineTool.version])
    table.add(["Swift", Diagnosis.swift])
    table.add(["operating system", Process.operatingSystem])
    for device in devices { table.add(["device " + device.name, device.facts]) }
    table.add(["GPU", Diagnosis.graphics])
    table.add(["oneDNN", library ?? "not found"])
    table.add(["LAPACK", CPUDevice.lapack ?? "not found: own kernels"])
    table.add(["instruction set", CPUDevice.instructionSet])
    table.add(["processors", String(CPUDevice.processors)])
    table.add(["thread pool", hasThreadPool ? "libgomp" : "not found"])
    table.add(["pictures", pictureFormats])
    let found = missing
    let advice = found.isEmpty ? ["nothing is missing"] : found.map { "\($0.what)\n  \($0.remedy)" }
    return (table.lines + [""] + advice).joined(separator: "\n")
  }

  var json: String {
    JSONText.object([
      ("adjoint", JSONText.string(CommandLineTool.version)),
      ("swift", JSONText.string(Diagnosis.swift)),
      ("operating_system", JSONText.string(Process.operatingSystem)),
      (
        "devices",
        JSONText.array(
          devices.map {
            JSONText.object([
              ("name", JSONText.string($0.name)), ("facts", JSONText.string($0.facts)),
            ])
          })
      ),
      ("gpu", "null"),
      ("onednn", library.map { JSONText.string($0) } ?? "null"),
      ("lapack", CPUDevice.lapack.map { JSONText.string($0) } ?? "null"),
      ("instruction_set", JSONText.string(CPUDevice.instructionSet)),
      ("processors", String(CPUDevice.processors)),
      ("thread_pool", String(hasThreadPool)),
      (
        "missing",
        JSONText.array(
          missing.map {
            JSONText.object([
              ("what", JSONText.string($0.what)), ("remedy", JSONText.string($0.remedy)),
            ])
          })
      ),
    ])
  }

  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
