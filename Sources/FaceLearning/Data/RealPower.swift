import Foundation

func realPower(_ x: Double, _ y: Double) -> Double { Foundation.pow(x, y) }
func exponential(_ x: Double) -> Double { Foundation.exp(x) }
