using System.Runtime.CompilerServices;

namespace AiGateway.Pipeline;

/// <summary>Where work leaves the threads that serve sockets.</summary>
/// <remarks>
/// On Unix the gateway goes on where a socket's data came in, on the thread that waits for all sockets (<c>InlineSockets</c>):
/// that spares every request several hand-overs between threads. The price is a rule: what computes long goes to the thread
/// pool first. Long is whatever grows with a body, hence the awaits of this type wherever a whole body, or a large part of one,
/// has come; TLS, decompression and the store are elsewhere anyway. A test holds the rule (<c>SocketThreadTests</c>).
/// </remarks>
internal static class SocketThread
{
    /// <summary>Bytes that are worked on where they came, also by the dearest path, a translation.</summary>
    public const int MostBytes = 16 * 1024;

    /// <summary>Goes on in the thread pool; at once when it is there already.</summary>
    public static LeaveAwaitable Leave() => new(mustLeave: true);

    /// <summary>Goes on in the thread pool when <paramref name="bytes"/> are more than may be worked on here.</summary>
    public static LeaveAwaitable LeaveFor(long bytes) => new(bytes > MostBytes);

    /// <summary>The awaitable; allocates nothing where it does not leave.</summary>
    public readonly struct LeaveAwaitable(bool mustLeave) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => !mustLeave || Thread.CurrentThread.IsThreadPoolThread;

        public LeaveAwaitable GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => ThreadPool.QueueUserWorkItem(static go => go(), continuation, preferLocal: false);

        public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static go => go(), continuation, preferLocal: false);
    }
}
