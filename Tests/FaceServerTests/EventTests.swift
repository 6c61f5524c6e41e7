import FaceServer
import Testing

@Suite struct EventTests {
    @Test func listenersGetWhatComesAndWhatTheyMissed() async {
        let hub = EventHub(first: 100)
        hub.publish("progress", data: "1", job: "job_a")
        hub.publish("progress", data: "2")
        let subscription = hub.subscribe(after: 100)
        #expect(subscription.missed?.map(\.data) == ["2"])
        hub.publish("done", data: "3")
        hub.close()
        var heard: [Int] = []
        for await event in subscription.events { heard.append(event.id) }
        #expect(heard == [102])
    }

    @Test func whoWasAwayTooLongIsTold() {
        let hub = EventHub(first: 1)
        for k in 0..<(EventHub.memory + 10) { hub.publish("progress", data: "\(k)") }
        #expect(hub.subscribe(after: 5).missed == nil)
        #expect(hub.subscribe(after: 10).missed?.count == EventHub.memory)
        #expect(hub.subscribe(after: hub.last).missed == [])
        #expect(hub.subscribe(after: hub.last + 5).missed == nil)
        #expect(hub.subscribe().missed == [])
        #expect(hub.subscribe(after: -1).missed == nil)
    }

    @Test func slowListenersLoseTheOldestAndNoMemoryGrows() async {
        let hub = EventHub(first: 1)
        let subscription = hub.subscribe()
        for k in 0..<1000 { hub.publish("progress", data: "\(k)") }
        hub.close()
        var heard: [String] = []
        for await event in subscription.events { heard.append(event.data) }
        #expect(heard.count == EventHub.backlog)
        #expect(heard.last == "999")
    }

    @Test func whoLeavesIsForgotten() {
        let hub = EventHub(first: 1)
        let subscription = hub.subscribe()
        #expect(hub.listenerCount == 1)
        subscription.end()
        #expect(hub.listenerCount == 0)
    }

    @Test func theTextIsThatOfTheStandard() {
        let event = ServerEvent(id: 7, name: "done", data: #"{"a":1}"#, job: nil)
        #expect(event.text == "id: 7\nevent: done\ndata: {\"a\":1}\n\n")
    }
}
