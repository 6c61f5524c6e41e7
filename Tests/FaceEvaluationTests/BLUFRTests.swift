import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// Trials by rule and by list, and their figures.
@Suite struct BLUFRTests {
    @Test func generatedTrialsFollowTheRule() throws {
        let people = LabelNumbers.of(try LFWPairs.readNames(path: TestData.file("lfw-names.txt")).people)
        let trials = try BLUFRTrial.generate(identities: people, seed: 11)
        #expect(trials.count == 10 && Set(trials).count == 10)
        #expect(trials == (try BLUFRTrial.generate(identities: people, seed: 11)))
        for t in trials {
            let (train, test) = (Set(t.train.map { people[$0] }), Set(t.test.map { people[$0] }))
            #expect(train.count == 1500 && test.count == 4249 && train.isDisjoint(with: test))
            #expect(t.gallery.count == 1000 && Set(t.gallery.map { people[$0] }).count == 1000)
            #expect(Set(t.gallery).isDisjoint(with: t.probes))
            #expect(t.train.count + t.test.count == people.count)
            let owners = Set(t.gallery.map { people[$0] })
            #expect(Set(t.probes.map { people[$0] }).isSuperset(of: owners))
            // the mean of the published trials is 9,708 test photos, 4,350 genuine and 4,357 impostor probes
            let genuine = t.probes.count { owners.contains(people[$0]) }
            #expect((8800...10_800).contains(t.test.count) && (3600...5300).contains(genuine))
        }
        #expect(errorCode { _ = try BLUFRTrial.generate(identities: [0, 0, 1], seed: 1) } == "bad-data")
        #expect(
            errorCode {
                _ = try BLUFRTrial.generate(identities: [0, 0, 1], trainPeople: 1, galleryPeople: 2, seed: 1)
            } == "bad-data")
    }

    @Test func figuresOfOneTrial() throws {
        let vectors = try NPY.readMatrix(TestData.file("lfw-mobilefacenet-y1.npy"))
        let people = LabelNumbers.of(try LFWPairs.readNames(path: TestData.file("lfw-names.txt")).people)
        let trial = try BLUFRTrial.generate(identities: people, trials: 1, seed: 11)[0]
        let got = try BLUFRReport.measure(vectors, identities: people, trials: [trial])
        let one = got.trials[0]
        #expect(one.genuineProbes + one.impostorProbes == trial.probes.count)
        #expect(one.genuine + one.impostors == trial.test.count * (trial.test.count - 1) / 2)
        #expect(got.verification.mean > 0.99 && got.identification.mean > 0.9 && got.identification.mean < 1)
        #expect(got.verification.deviation == 0 && got.verification.fused == got.verification.mean)
        // against the plain threshold: k-th best of the impostor probes
        let search = try GallerySearch(
            vectors.rows(at: trial.gallery), identities: trial.gallery.map { people[$0] })
        let outcomes = try search.search(vectors.rows(at: trial.probes), identities: trial.probes.map { people[$0] })
        let impostors = outcomes.filter { $0.mate == nil }.map(\.best).sorted(by: >)
        let threshold = impostors[Int(0.01 * Double(impostors.count) + 0.5) - 1]
        let right = outcomes.count { $0.mate ?? -2 >= threshold && $0.better + $0.equal == 0 }
        #expect(agrees(one.identification.rate, Double(right) / Double(one.genuineProbes)))
    }

    @Test func listsOfTheKit() throws {
        let folder = try TemporaryFolder()
        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: folder.file(name)))
        }
        try write("image_list.txt", "A_1.jpg\nA_2.jpg\nB_1.jpg\nC_1.jpg\nC_2.jpg\n")
        try write("train_set.txt", "2\n1\n3, B_1.jpg\n2\n4, C_1.jpg\n5, C_2.jpg\n")
        try write("gallery_set.txt", "2\n1\n1, A_1.jpg\n1\n2,A_2.jpg\n")
        try write("probe_set.txt", "2\n2\n2, A_2.jpg\n4, C_1.jpg\n2\n1, A_1.jpg\n3, B_1.jpg\n")
        let index = try ItemIndex(names: ["A_1.jpg", "A_2.jpg", "B_1.jpg", "C_1.jpg", "C_2.jpg"])
        let got = try BLUFRTrial.read(folder: folder.path, row: index.row)
        #expect(
            got == [
                BLUFRTrial(train: [2], gallery: [0], probes: [1, 3]),
                BLUFRTrial(train: [3, 4], gallery: [1], probes: [0, 2]),
            ])
        for bad in [
            "", "1\n1\n1, A_1.jpg\n1\n1, A_1.jpg\n", "2\n9\n1, A_1.jpg\n", "2\n1\n2, A_1.jpg\n", "2\n1\n9, A_1.jpg\n",
            "2\n1\nA_1.jpg\n", "x\n",
        ] {
            try write("train_set.txt", bad)
            #expect(
                errorCode { _ = try BLUFRTrial.read(folder: folder.path, row: index.row) } == "file-format", "\(bad)")
        }
    }

    @Test func errataAreLeftOutAndCounted() throws {
        let folder = try TemporaryFolder()
        let list = folder.file("errata.txt")
        let entries = """
            Carlos_Beltran_0001 Bart_Hendricks_0001 Emmy_Rossum_0001 Martha_Bowen_0002 Andrew_Gilligan_0001 # photos
            Shinya_Taniguchi_0001 Carlos_Ruckauf_0001 Janica_Kostelic_0002 Recep_Tayyip_Erdogan_0004
            Michael_Schumacher_0008 Ray_Young_0001

            Sung_Hong_Choi Noer_Muis Hassan_Wirajuda Joseph_Blatter Yingfan_Wang Dai_Chul_Chyung John_Burnett
            Brian_Williams Shavon_Earp
            """
        try Data(entries.utf8).write(to: URL(filePath: list))
        let errata = try ExclusionList(path: list)
        #expect(errata.entries.count == 20)
        let (photos, people) = try LFWPairs.readNames(path: TestData.file("lfw-names.txt"))
        let labels = zip(photos, LabelNumbers.of(people)).map { errata.contains($0) ? -1 : $1 }
        let vectors = try NPY.readMatrix(TestData.file("lfw-mobilefacenet-y1.npy"))
        let got = try AllPairsReport.measure(vectors, identities: labels)
        #expect(got.rows == 13_211 && got.genuine == 242_207 && got.impostors == 87_016_448)
        let tar = got.points.map(\.trueAcceptRate)
        for (k, want, tolerance) in [
            (2, 0.997750, 2e-5), (3, 0.994257, 2e-5), (4, 0.984844, 2e-5), (5, 0.953511, 1e-3), (6, 0.670984, 1e-3),
        ] {
            #expect(agrees(tar[k], want, tolerance), "\(got.points[k])")
        }
    }
}
