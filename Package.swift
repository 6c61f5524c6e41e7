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

/// Model cards are compiled into the library: the program needs no folder beside it. Listed by hand, because SwiftPM keeps
/// the evaluated manifest until this file changes; a test compares the list with the folder.
let cards = [
    "dlib-resnet29",
    "dlib-resnet29-int8",
    "haar-frontalface",
    "mobilefacenet-foamliu",
    "mobilefacenet-y1",
    "mtcnn-onet",
    "mtcnn-pnet",
    "mtcnn-rnet",
    "scrfd-2.5g-kps",
    "scrfd-500m-kps",
    "sface-2021dec",
    "ultraface-rfb-320",
    "yunet-2023mar",
    "yunet-n-dynamic",
    "yunet-s-dynamic",
].map { Resource.embedInCode("Models/Cards/\($0).json") }

/// Training links LibTorch, which few people need: `swift build --traits Training` after `scripts/bootstrap --training`.
let training: BuildSettingCondition = .when(traits: ["Training"])

let package = Package(
    name: "likeness",
    products: [
        .library(name: "FaceCore", targets: ["FaceCore"]),
        .library(name: "FaceVision", targets: ["FaceVision"]),
        .library(name: "FaceSpace", targets: ["FaceSpace"]),
        .library(name: "FaceEvaluation", targets: ["FaceEvaluation"]),
        .library(name: "FaceLearning", targets: ["FaceLearning"]),
        .library(name: "FaceLibrary", targets: ["FaceLibrary"]),
        .library(name: "FaceServer", targets: ["FaceServer"]),
        .executable(name: "likeness", targets: ["likeness"]),
    ],
    traits: [
        .trait(name: "Training", description: "Training of embeddings and graph networks on LibTorch."),
        .default(enabledTraits: []),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
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
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenVINO", pkgConfig: prefix == nil ? "openvino_c" : nil),
        .target(name: "FaceCore", dependencies: ["CKernels"], swiftSettings: strict),
        .target(
            name: "FaceVision",
            dependencies: [
                "FaceCore", "CKernels", "CVipsShim", "COpenVINO", .product(name: "Logging", package: "swift-log"),
            ],
            resources: cards,
            swiftSettings: strict + openVINO, linkerSettings: openVINOLibrary),
        .target(
            name: "FaceSpace", dependencies: ["FaceCore"],
            // small weights of graph networks, copied
            resources: [.copy("GraphNetworks")], swiftSettings: strict),
        .target(name: "FaceEvaluation", dependencies: ["FaceCore"], swiftSettings: strict),
        .systemLibrary(name: "CTorch", pkgConfig: "likeness-torch"),
        .target(
            name: "CTorchShim",
            dependencies: [.target(name: "CTorch", condition: .when(traits: ["Training"]))],
            // Declarations of gloo, whose headers LibTorch's wheel leaves out.
            cxxSettings: [.define("LIKENESS_TRAINING", training), .headerSearchPath("declarations")]),
        .target(
            name: "FaceLearning",
            dependencies: ["CKernels", "FaceCore", "FaceVision", "FaceSpace", "FaceEvaluation", "CTorchShim"],
            swiftSettings: strict + openVINO),
        .target(
            name: "FaceLibrary",
            dependencies: [
                "FaceCore", "FaceVision", "FaceSpace",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict + openVINO),
        .target(
            name: "FaceServer",
            dependencies: [
                "CZlib", "FaceCore", "FaceVision", "FaceLibrary",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // copied, not embedded: as Swift literals 250 KB of pages take 30 s and 600 MB to compile
            resources: [.copy("Web")],
            swiftSettings: strict + openVINO),
        .executableTarget(
            name: "likeness",
            dependencies: [
                "FaceCore", "FaceVision", "FaceSpace", "FaceEvaluation", "FaceLearning", "FaceLibrary", "FaceServer",
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
            name: "FaceLearningTests",
            dependencies: ["FaceLearning", "FaceCore", "FaceVision", "FaceSpace", "FaceEvaluation", "FaceTestSupport"],
            swiftSettings: strict + openVINO),
        .testTarget(
            name: "FaceLibraryTests",
            dependencies: [
                "FaceLibrary", "FaceVision", "FaceSpace", "FaceCore", "FaceTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict + openVINO),
        .testTarget(
            name: "FaceServerTests",
            dependencies: [
                "FaceServer", "FaceLibrary", "FaceVision", "FaceCore", "FaceTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict + openVINO),
        .testTarget(
            name: "likenessTests", dependencies: ["likeness", "FaceCore", "FaceSpace", "FaceTestSupport"],
            swiftSettings: strict + openVINO),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17,
    cxxLanguageStandard: .cxx20
)
