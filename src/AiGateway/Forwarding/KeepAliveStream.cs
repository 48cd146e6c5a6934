using AiGateway.Pipeline;

namespace AiGateway.Forwarding;

/// <summary>A stream that has begun before its first event: comments keep the connection alive while the attempts go on beneath.</summary>
/// <remarks>The status is fixed at 200, the deployment is not: failover goes on until commit. What fails in the end is an error frame and a reset.</remarks>
internal sealed class KeepAliveStream(Task<AttemptResult> answer, TimeSpan interval, Exchange exchange, AttemptHandler attempts, TimeProvider clock) : ReadOnlyStream
{
    private OutputBuffer _output = FirstComment();
    private Stream? _inner;
    private HttpResponseMessage? _response;
    private bool _failed;

    /// <summary>The early answer.</summary>
    public static HttpResponseMessage Answer(Task<AttemptResult> answer, TimeSpan interval, Exchange exchange, AttemptHandler attempts, TimeProvider clock)
    {
        var response = new HttpResponseMessage(System.Net.HttpStatusCode.OK)
        {
            Content = new StreamedContent(new KeepAliveStream(answer, interval, exchange, attempts, clock), length: null),
        };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "text/event-stream; charset=utf-8");
        return response;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_inner is null && _output.IsEmpty)
        {
            if (_failed)
            {
                await Task.Delay(EventStream.BeforeReset, clock, cancellationToken);
                throw new IOException("No deployment answered.");
            }
            if (await Task.WhenAny(answer, Task.Delay(interval, clock, cancellationToken)) != answer)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _output = FirstComment();
                break;
            }
            var result = await answer;
            if (result.Response is { } response)
            {
                _response = response;
                _inner = await response.Content.ReadAsStreamAsync(cancellationToken);
                break;
            }
            if (result.Outcome == AttemptOutcome.CallerGone)
            {
                exchange.Outcome = RequestOutcome.CallerGone;
                throw new OperationCanceledException("The caller hung up.");
            }
            _failed = true;
            var rejection = attempts.RejectionFor(result);
            exchange.Reject(rejection);
            exchange.Outcome = RequestOutcome.Rejected;
            StreamErrorFrame.Append(ref _output, exchange.Request!.Operation, rejection, sequenceNumber: 0);
        }
        if (!_output.IsEmpty)
        {
            return buffer.IsEmpty ? 0 : _output.Take(buffer.Span);
        }
        return await _inner!.ReadAsync(buffer, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _output.Release();
            if (_response is not null)
            {
                _response.Dispose();
            }
            else
            {
                // The caller is gone and the attempts end with it; an answer that comes all the same is given back.
                _ = answer.ContinueWith(
                    static late =>
                    {
                        if (late.IsCompletedSuccessfully)
                        {
#pragma warning disable RS0030 // The task is completed: nothing blocks.
                            late.Result.Response?.Dispose();
#pragma warning restore RS0030
                        }
                    },
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
        base.Dispose(disposing);
    }

    private static OutputBuffer FirstComment()
    {
        var output = default(OutputBuffer);
        output.Append(": keep-alive\n\n"u8);
        return output;
    }
}
