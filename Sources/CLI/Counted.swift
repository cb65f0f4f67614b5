/// A number of things, as people say it: 1 epoch, 2 epochs.
func counted(_ count: Int, _ thing: String) -> String {
  "\(count) \(thing)\(count == 1 ? "" : "s")"
}
