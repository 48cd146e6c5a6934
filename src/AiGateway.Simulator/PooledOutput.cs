using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AiGateway.Simulator;

/// <summary>A reusable byte buffer with a JSON writer on it. Rent, write, send, dispose.</summary>
internal sealed class PooledOutput : IBufferWriter<byte>, IDisposable
{
    // As many as answers are under way at once in a load test; more are left to the collector.
    private const int MaxPooled = 256;

    // A buffer that one huge answer stretched is not kept.
    private const int MaxKeptBytes = 64 * 1024;

    private static readonly ConcurrentQueue<PooledOutput> Pool = new();

    private readonly Utf8JsonWriter _json;
    private byte[] _buffer = new byte[4096];
    private int _length;

    private PooledOutput() =>
        _json = new Utf8JsonWriter(this, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>What was written since the last <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public static PooledOutput Rent() => Pool.TryDequeue(out var output) ? output : new PooledOutput();

    /// <summary>A JSON writer at the present end; call <see cref="Utf8JsonWriter.Flush"/> when the value is complete.</summary>
    public Utf8JsonWriter StartJson()
    {
        _json.Reset(this);
        return _json;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    public void Clear() => _length = 0;

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public void Dispose()
    {
        _length = 0;
        if (_buffer.Length > MaxKeptBytes)
            _buffer = new byte[4096];
        if (Pool.Count < MaxPooled)
            Pool.Enqueue(this);
        else
            _json.Dispose();
    }

    private void Ensure(int sizeHint)
    {
        var needed = _length + Math.Max(sizeHint, 256);
        if (needed > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
    }
}
