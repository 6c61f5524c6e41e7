import FaceCore
import Testing

@Suite struct TournamentPlanTests {
    @Test func everyPairOnce() {
        for blocks in 0...70 {
            let plan = TournamentPlan(blocks: blocks)
            var seen: Set<Int> = []
            for t in 0..<plan.count {
                let (a, b) = plan[t]
                #expect(0 <= a && a <= b && b < blocks)
                seen.insert(a * 1000 + b)
            }
            #expect(plan.count == blocks * (blocks + 1) / 2)
            #expect(seen.count == plan.count)
        }
    }

    @Test func neighboursRarelyShareABlock() {
        let plan = TournamentPlan(blocks: 64)
        let shared = (1..<plan.count).count { t in
            let ((a, b), (c, d)) = (plan[t - 1], plan[t])
            return a == c || a == d || b == c || b == d
        }
        #expect(shared * 20 < plan.count)
    }
}
