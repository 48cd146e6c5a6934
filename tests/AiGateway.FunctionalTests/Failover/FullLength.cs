namespace AiGateway.FunctionalTests.Failover;

/// <summary>Tests under load are short by default and long with <c>AIGATEWAY_TEST_FULL=1</c>.</summary>
internal static class FullLength
{
    /// <summary>Whether the long versions are wanted.</summary>
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1";

    /// <summary>One of two values.</summary>
    public static T Or<T>(T full, T brief) => IsWanted ? full : brief;
}
