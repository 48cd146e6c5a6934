using System.Collections.Concurrent;

namespace AiGateway.Caching;

/// <summary>The calls in flight, by what is asked: there is one at a time for each.</summary>
internal sealed class FlightTable
{
    private readonly ConcurrentDictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    /// <summary>How many there are, those included whose answers are being kept.</summary>
    public int Count => _flights.Count;

    /// <summary>Whether a call runs for a key, or has just ended.</summary>
    public bool Has(string key) => _flights.ContainsKey(key);

    /// <summary>Joins the call that runs for a key; null when there is none that can be joined.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="isRefresh">Whether what was answered before is not for the caller.</param>
    public FlightReader? TryJoin(string key, bool isRefresh) => _flights.TryGetValue(key, out var flight) ? flight.Join(isRefresh) : null;

    /// <summary>Joins the call that runs for a key, or begins one.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="isRefresh">Whether what was answered before is not for the caller.</param>
    /// <param name="begin">Makes a call.</param>
    /// <param name="leads">Whether it was begun: then the caller must make it.</param>
    public FlightReader JoinOrLead(string key, bool isRefresh, Func<string, Flight> begin, out bool leads)
    {
        Flight? mine = null;
        while (true)
        {
            if (_flights.TryGetValue(key, out var there))
            {
                if (there.Join(isRefresh) is { } reader)
                {
                    leads = false;
                    return reader;
                }
                // It has failed, was given up, is beyond its bound or too old: the next call takes its place.
                mine ??= begin(key);
                if (!_flights.TryUpdate(key, mine, there))
                {
                    continue;
                }
            }
            else
            {
                mine ??= begin(key);
                if (!_flights.TryAdd(key, mine))
                {
                    continue;
                }
            }
            leads = true;
            return mine.Payer;
        }
    }

    /// <summary>Takes a call out: who comes now asks the store, or anew.</summary>
    public void Remove(Flight flight) => _flights.TryRemove(new KeyValuePair<string, Flight>(flight.Key, flight));
}
