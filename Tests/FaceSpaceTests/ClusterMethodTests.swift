import FaceCore
import FaceSpace
import Testing

@Suite struct ClusterMethodTests {
    @Test func namesAreUniqueAndMakeWhatTheySay() throws {
        #expect(Set(ClusterMethod.all.map(\.name)).count == ClusterMethod.all.count)
        for method in ClusterMethod.all
        where !method.needsWeights && method.settings.allSatisfy({ $0.standard != nil }) {
            #expect(try method.make().method == method.name)
        }
    }

    @Test func refusesSettingsThatItDoesNotHaveOrCannotTake() throws {
        let method = try ClusterMethod.named("evidence")
        #expect(throws: LikenessError.self) { try method.make(["epsilon": 1]) }
        #expect(throws: LikenessError.self) { try method.make(["neighbours": 2.5]) }
        #expect(throws: LikenessError.self) { try method.make(["personShare": 2]) }
        #expect(throws: LikenessError.self) { try ClusterMethod.named("alphabet") }
    }
}
