#if canImport(Glibc)
  import Glibc

  print("PlayWeb is the module of the browser: see tools/wasm")
#endif
