Process.end(status: CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
