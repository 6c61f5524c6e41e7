#if Training
    internal import FaceCore
    internal import Foundation

    // Elementary functions of numbers under names that tensors' own methods do not hide.
    func _sin(_ x: Double) -> Double { Foundation.sin(x) }
    func _cos(_ x: Double) -> Double { Foundation.cos(x) }
    func _acos(_ x: Double) -> Double { Foundation.acos(x) }
    func _log(_ x: Double) -> Double { Foundation.log(x) }
    func _exp(_ x: Double) -> Double { Foundation.exp(x) }
    func _pow(_ x: Double, _ y: Double) -> Double { Foundation.pow(x, y) }

    extension SeededRandom {
        /// A draw of the standard normal distribution (Box and Muller).
        mutating func normal() -> Double {
            let radius = (-2 * _log(max(unit(), 0x1p-60))).squareRoot()
            return radius * _cos(2 * .pi * unit())
        }
    }
#endif
