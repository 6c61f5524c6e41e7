/// Sum with Neumaier's compensation (1974): one rounding instead of n.
func compensatedSum(_ values: some Sequence<Double>) -> Double {
    var (sum, lost) = (0.0, 0.0)
    for v in values {
        let next = sum + v
        lost += abs(sum) >= abs(v) ? (sum - next) + v : (v - next) + sum
        sum = next
    }
    return sum + lost
}
