/// Value below which a share p of the values lies, linear between order statistics (position (n − 1)·p).
public func percentile(_ values: [Double], _ p: Double) -> Double {
    precondition(!values.isEmpty && p >= 0 && p <= 1, "a percentile needs values and a share in 0…1")
    let sorted = values.sorted()
    let position = Double(sorted.count - 1) * p
    let low = Int(position)
    if low + 1 == sorted.count { return sorted[low] }
    return sorted[low] + (position - Double(low)) * (sorted[low + 1] - sorted[low])
}
