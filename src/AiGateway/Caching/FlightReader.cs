namespace AiGateway.Caching;

/// <summary>How far one caller has read of a call in flight. Its position is guarded by the flight's lock.</summary>
internal sealed class FlightReader(Flight flight) : IDisposable
{
    /// <summary>The flight.</summary>
    public Flight Flight { get; } = flight;

    /// <summary>The piece it stands in; null before its first byte.</summary>
    public FlightSegment? Segment { get; set; }

    /// <summary>Where in it.</summary>
    public int Offset { get; set; }

    /// <summary>Bytes read.</summary>
    public long Position { get; set; }

    /// <summary>Whether it was too slow, and gets no more.</summary>
    public bool IsCut { get; set; }

    /// <summary>Whether all of the answer was there when it joined: what it gets is kept, and not shared.</summary>
    public bool CameAfter { get; init; }

    /// <summary>Waits until the answer begins or the call ends.</summary>
    /// <returns>How it ended; <see cref="FlightEnd.None"/> or <see cref="FlightEnd.Complete"/> when there is an answer.</returns>
    public async Task<FlightEnd> WaitForHeadAsync(CancellationToken cancellationToken)
    {
        while (Flight.Head is null)
        {
            if (Flight.End != FlightEnd.None)
            {
                return Flight.End;
            }
            var changed = Flight.Changed();
            if (Flight.Head is null && Flight.End == FlightEnd.None)
            {
                await changed.WaitAsync(cancellationToken);
            }
        }
        return Flight.End == FlightEnd.Failed ? FlightEnd.Failed : FlightEnd.None;
    }

    /// <summary>The next bytes of the answer, when there are some; empty at its end.</summary>
    /// <param name="cancellationToken">The caller hung up.</param>
    /// <returns>The bytes; and where there are none, how it ended.</returns>
    public async ValueTask<(ReadOnlyMemory<byte> Bytes, FlightEnd End)> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var bytes = Flight.Read(this, out var end, out var changed);
            if (!bytes.IsEmpty || end != FlightEnd.None)
            {
                return (bytes, end);
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Copies the answer as it comes.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    /// <returns>How it ended.</returns>
    public async Task<FlightEnd> CopyToAsync(Stream destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (bytes, end) = await NextAsync(cancellationToken);
            if (bytes.IsEmpty)
            {
                return end;
            }
            await destination.WriteAsync(bytes, cancellationToken);
        }
    }

    /// <summary>Reads no more.</summary>
    public void Dispose() => Flight.Leave(this);
}
