using AiGateway.Configuration;

namespace AiGateway.Providers;

/// <summary>Chooses among a provider's keys: in rotation, leaving out those that are set aside.</summary>
internal static class KeyRotation
{
    /// <summary>The key for the next attempt; when all are set aside, the one that is free soonest; null for a provider without keys.</summary>
    public static ProviderKey? Next(ProviderModel provider, long now)
    {
        var keys = provider.Keys;
        if (keys.Length <= 1)
        {
            return keys.Length == 0 ? null : keys[0];
        }
        var first = provider.State.Next();
        ProviderKey? soonest = null;
        for (var i = 0u; i < keys.Length; i++)
        {
            var key = keys[(first + i) % (uint)keys.Length];
            if (key.State.AsideUntil <= now)
            {
                return key;
            }
            if (soonest is null || key.State.AsideUntil < soonest.State.AsideUntil)
            {
                soonest = key;
            }
        }
        return soonest;
    }

    /// <summary>Whether a provider of several keys has one that is in use at <paramref name="now"/>. A single key has no other, and is never set aside: its deployment rests.</summary>
    public static bool HasFreeKey(ProviderModel provider, long now)
    {
        if (provider.Keys.Length <= 1)
        {
            return false;
        }
        foreach (var key in provider.Keys)
        {
            if (key.State.AsideUntil <= now)
            {
                return true;
            }
        }
        return false;
    }
}
