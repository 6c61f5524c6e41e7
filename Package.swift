// swift-tools-version: 6.2
import Foundation
import PackageDescription

// A person without root cannot write to pkg-config's default folders: `scripts/bootstrap` leaves the chosen prefix in
// this file, and the package then names the folders itself. With root, pkg-config finds `openvino_c.pc`.
let prefix = try? String(contentsOfFile: "\(Context.packageDirectory)/.prefix", encoding: .utf8)
    .trimmingCharacters(in: .whitespacesAndNewlines)

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let openVINO: [SwiftSetting] = prefix.map { [.unsafeFlags(["-Xcc", "-I\($0)/openvino/include"])] } ?? []
let openVINOLibrary: [LinkerSetting] = prefix.map { [.unsafeFlags(["-L\($0)/openvino/lib"])] } ?? []

/// Model cards are compiled into the library: the program needs no folder beside it.
let cardFolder = "Sources/FaceVision/Models/Cards"
let cardFiles = try FileManager.default.contentsOfDirectory(atPath: "\(Context.packageDirectory)/\(cardFolder)")
let cards: [Resource] = cardFiles.filter { $0.hasSuffix(".json") }.sorted().map { .embedInCode("Models/Cards/\($0)") }

let package = Package(
    name: "likeness",
    products: [
        .library(name: "FaceCore", targets: ["FaceCore"]),
        .library(name: "FaceVision", targets: ["FaceVision"]),
        .library(name: "FaceSpace", targets: ["FaceSpace"]),
        .library(name: "FaceEvaluation", targets: ["FaceEvaluation"]),
        .executable(name: "likeness", targets: ["likeness"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .target(
            name: "CKernels",
            cSettings: [.define("NDEBUG", .when(configuration: .release))],
            linkerSettings: [.linkedLibrary("m")]),
        .systemLibrary(name: "CVips", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
        .target(
            name: "CVipsShim", dependencies: ["CVips"],
            cSettings: [.define("_GNU_SOURCE"), .define("NDEBUG", .when(configuration: .release))],
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("m")]),
        .systemLibrary(name: "COpenVINO", pkgConfig: prefix == nil ? "openvino_c" : nil),
        .target(name: "FaceCore", dependencies: ["CKernels"], swiftSettings: strict),
        .target(
            name: "FaceVision",
            dependencies: [
                "FaceCore", "CKernels", "CVipsShim", "COpenVINO", .product(name: "Logging", package: "swift-log"),
            ],
            resources: cards,
            swiftSettings: strict + openVINO, linkerSettings: openVINOLibrary),
        .target(name: "FaceSpace", dependencies: ["FaceCore"], swiftSettings: strict),
        .target(name: "FaceEvaluation", dependencies: ["FaceCore"], swiftSettings: strict),
        .executableTarget(
            name: "likeness",
            dependencies: [
                "FaceCore", "FaceVision", "FaceSpace", "FaceEvaluation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict + openVINO),
        .target(name: "FaceTestSupport", dependencies: ["FaceCore"], swiftSettings: strict),
        .testTarget(
            name: "FaceCoreTests", dependencies: ["FaceCore", "CKernels", "FaceTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "FaceVisionTests", dependencies: ["FaceVision", "FaceCore", "FaceTestSupport"],
            swiftSettings: strict + openVINO),
        .testTarget(
            name: "FaceSpaceTests", dependencies: ["FaceSpace", "FaceCore", "FaceTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "FaceEvaluationTests", dependencies: ["FaceEvaluation", "FaceCore", "FaceTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "likenessTests", dependencies: ["likeness", "FaceTestSupport"], swiftSettings: strict + openVINO),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
