/// Numbers 0… for names, in order of first appearance.
public enum LabelNumbers {
    public static func of(_ names: [String]) -> [Int] {
        var number: [String: Int] = [:]
        return names.map { name in
            if let n = number[name] { return n }
            number[name] = number.count
            return number.count - 1
        }
    }
}
