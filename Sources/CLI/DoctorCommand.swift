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

  var text: String {
    var table = TextTable([.left, .left])
    table.add(["adjoint", CommandLineTool.version])
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
