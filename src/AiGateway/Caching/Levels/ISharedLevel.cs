namespace AiGateway.Caching.Levels;

/// <summary>The level that nodes share. Nothing here throws: a shared level that is away is an empty one.</summary>
internal interface ISharedLevel
{
    /// <summary>Reads an entry.</summary>
    /// <returns>The entry, null unless <see cref="SharedResult.Hit"/>; whether it was purged is not looked at.</returns>
    ValueTask<(SharedResult Result, CacheEntry? Entry)> ReadAsync(string key);

    /// <summary>Keeps an entry until it expires.</summary>
    /// <returns>False when it was too large, or the level could not be asked.</returns>
    ValueTask<bool> WriteAsync(CacheEntry entry);

    /// <summary>Takes an entry out, if the level can be asked: that it is purged is another matter.</summary>
    ValueTask RemoveAsync(string key);

    /// <summary>Tells the others what was purged, and asks what they purged.</summary>
    /// <param name="purges">What to tell; may be empty.</param>
    /// <returns>Whether they were told; and everything that was purged, null where that is what it was.</returns>
    ValueTask<(bool Told, IReadOnlyDictionary<string, long>? Purges)> ExchangeAsync(KeyValuePair<string, long>[] purges);
}
