// swift-tools-version: 6.2
import PackageDescription

// Measures grouping methods on vectors with known labels; see README.md beside it.
let package = Package(
    name: "grouping",
    dependencies: [.package(name: "likeness", path: "../..")],
    targets: [
        .executableTarget(
            name: "grouping",
            dependencies: [
                .product(name: "FaceCore", package: "likeness"), .product(name: "FaceSpace", package: "likeness"),
                .product(name: "FaceEvaluation", package: "likeness"),
            ])
    ]
)
