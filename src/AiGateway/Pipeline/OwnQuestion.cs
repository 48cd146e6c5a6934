using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Pipeline;

/// <summary>A request that the gateway makes of itself because it wants the answer.</summary>
/// <remarks>It is plain JSON to one of the gateway's own paths and runs through all stages: routing, limits, caches, failover, and a record of its own.</remarks>
internal sealed class OwnQuestion : IDisposable
{
    private readonly DefaultHttpContext _context = new();
    private readonly BoundedBuffer _answer;

    /// <param name="call">What for, and for whom.</param>
    /// <param name="path">The path, such as <c>/v1/embeddings</c>.</param>
    /// <param name="body">The body.</param>
    /// <param name="timeout">How long it may take upstream; 1 ms at least.</param>
    /// <param name="mostBytes">The largest answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public OwnQuestion(OwnCall call, string path, ReadOnlyMemory<byte> body, TimeSpan timeout, int mostBytes, CancellationToken cancellationToken)
    {
        _answer = new BoundedBuffer(mostBytes);
        _context.Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellationToken });
        _context.Features.Set(call);
        var request = _context.Request;
        (request.Method, request.Scheme, request.Protocol, request.Path) = (HttpMethods.Post, "http", HttpProtocol.Http11, path);
        request.Headers.ContentType = "application/json";
        request.Headers["x-gateway-timeout-ms"] = Math.Max(1, (long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        request.ContentLength = body.Length;
        request.Body = new MemoryStream(body.ToArray(), writable: false);
        _context.Response.Body = _answer;
    }

    /// <summary>What became of it, once it has run.</summary>
    public Exchange Exchange => _context.GetExchange();

    /// <summary>Its answer, where it has one that is whole; else null.</summary>
    public ReadOnlyMemory<byte>? Answer => _context.Response.StatusCode == StatusCodes.Status200OK && Exchange.Outcome == RequestOutcome.Completed && !_answer.IsOver ? _answer.Written : default(ReadOnlyMemory<byte>?);

    /// <summary>Lets the answer go.</summary>
    public void Dispose() => _answer.Dispose();

    /// <summary>Runs it; completes when it has settled.</summary>
    public Task RunAsync(OwnRequests stages) => stages.RunAsync(_context);

    /// <summary>Takes so much and forgets the rest.</summary>
    private sealed class BoundedBuffer(int most) : MemoryStream
    {
        public bool IsOver { get; private set; }

        public ReadOnlyMemory<byte> Written => GetBuffer().AsMemory(0, (int)Length);

        // All other ways of writing come down to this one in a derived type.
        public override void Write(byte[] buffer, int offset, int count)
        {
            IsOver |= Length + count > most;
            if (!IsOver)
            {
                base.Write(buffer, offset, count);
            }
        }
    }
}
