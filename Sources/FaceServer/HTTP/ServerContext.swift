package import Hummingbird
import NIOCore

/// What Hummingbird hands on with a request: the address of the client.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Of the connection; a proxy's when there is one.
    package let peer: String?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}
