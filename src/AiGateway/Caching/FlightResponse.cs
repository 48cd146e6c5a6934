using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace AiGateway.Caching;

/// <summary>Stands between a leader's dispatch and its caller: what dispatch writes goes into the flight, and dispatch ends when nobody reads the flight, not when its own caller hangs up.</summary>
/// <remarks>Status and headers are the real response's, so that the stages above find them there; whatever is written to the caller its <see cref="FlightReader"/> writes.</remarks>
#pragma warning disable CA1001 // The stream holds nothing: what is written to it is the flight's.
internal sealed class FlightResponse : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature
#pragma warning restore CA1001
{
    private readonly IFeatureCollection _features;
    private readonly IHttpResponseFeature _response;
    private readonly IHttpResponseBodyFeature _body;
    private readonly IHttpRequestLifetimeFeature _lifetime;
    private readonly Flight _flight;
    private readonly FlightStream _stream;
    private PipeWriter? _writer;

    /// <summary>Takes the place of the response's features, until <see cref="Restore"/>.</summary>
    public FlightResponse(IFeatureCollection features, Flight flight)
    {
        _features = features;
        _flight = flight;
        _response = features.GetRequiredFeature<IHttpResponseFeature>();
        _body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _lifetime = features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _stream = new FlightStream(this);
        RequestAborted = flight.Stop;
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
    }

    /// <summary>Whether dispatch has broken the answer off.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>The caller's body.</summary>
    public Stream CallerBody => _body.Stream;

    /// <summary>Cancelled when the caller hangs up.</summary>
    public CancellationToken CallerGone => _lifetime.RequestAborted;

    /// <summary>Resets the caller's connection.</summary>
    public void Reset() => _lifetime.Abort();

    /// <summary>Puts the response's own features back.</summary>
    public void Restore()
    {
        _features.Set(_response);
        _features.Set(_body);
        _features.Set(_lifetime);
    }

    /// <inheritdoc/>
    public int StatusCode
    {
        get => _response.StatusCode;
        set => _response.StatusCode = value;
    }

    /// <inheritdoc/>
    public string? ReasonPhrase
    {
        get => _response.ReasonPhrase;
        set => _response.ReasonPhrase = value;
    }

    /// <inheritdoc/>
    public IHeaderDictionary Headers
    {
        get => _response.Headers;
        set => _response.Headers = value;
    }

    /// <inheritdoc/>
    public bool HasStarted => _flight.Head is not null || _response.HasStarted;

    /// <inheritdoc/>
    public void OnStarting(Func<object, Task> callback, object state) => _response.OnStarting(callback, state);

    /// <inheritdoc/>
    public void OnCompleted(Func<object, Task> callback, object state) => _response.OnCompleted(callback, state);

    /// <inheritdoc/>
    public Stream Stream => _stream;

    /// <inheritdoc/>
    public PipeWriter Writer => _writer ??= PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: true));

    /// <inheritdoc/>
    public CancellationToken RequestAborted { get; set; }

    /// <inheritdoc/>
    public void Abort() => IsAborted = true;

    /// <inheritdoc/>
    public void DisableBuffering()
    {
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => SendFileFallback.SendFileAsync(_stream, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public async Task CompleteAsync()
    {
        if (_writer is not null)
        {
            await _writer.CompleteAsync();
        }
        Begin();
    }

#pragma warning disable CS0618 // The interface has it; its own docs send to IHttpResponseBodyFeature.
    Stream IHttpResponseFeature.Body
    {
        get => _stream;
        set => throw new NotSupportedException("The body of a call in flight cannot be replaced.");
    }
#pragma warning restore CS0618

    /// <summary>The answer goes on.</summary>
    public ValueTask WriteAsync(ReadOnlySpan<byte> bytes)
    {
        Begin();
        return _flight.AppendAsync(bytes);
    }

    private void Begin()
    {
        if (_flight.Head is null)
        {
            _flight.Begin(FlightHead.Of(_response.StatusCode, _response.Headers));
        }
    }
}
