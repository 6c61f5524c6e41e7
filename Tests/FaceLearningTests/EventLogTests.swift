import FaceCore
import FaceLearning
import FaceTestSupport
import Foundation
import Testing

/// The bytes are those that TensorBoard 2's own RecordWriter and messages gave for the same values.
@Suite struct EventLogTests {
    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test func scalarsAreTensorBoardsBytes() throws {
        let folder = try TemporaryFolder()
        let log = try EventLog(folder: folder.file("events"), at: 1_700_000_000.5)
        try log.write(
            ["rate": 0.1, "loss.classes": 2.5, "bad": .nan, "step": 300], step: 300, at: 1_700_000_001.25)
        try log.write(["bad": .infinity], step: 301)
        let want = bytes(
            "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b353110300000000000000095f5d05f"
                + "0900005040fc54d94110ac022a220a130a0c6c6f73732f636c617373657315000020400a0b0a047261746515cdcccc3d3c8483cf"
        )
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: log.path))) == want)
        #expect(log.path.contains("/events.out.tfevents.1700000000"))
    }

    @Test func resumedRunsSayWhere() throws {
        let folder = try TemporaryFolder()
        let log = try EventLog(folder: folder.path, restart: 300, at: 1_700_000_000.5)
        let start = bytes("100000000000000095fbfe180900002040fc54d94110ac023a020801b94512a3")
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: log.path)).suffix(start.count)) == start)
    }

    @Test func foldersThatCannotBeMade() throws {
        let folder = try TemporaryFolder()
        try Data([1]).write(to: URL(fileURLWithPath: folder.file("file")))
        #expect(failure { _ = try EventLog(folder: folder.file("file/events")) }?.code == .fileUnwritable)
    }
}
