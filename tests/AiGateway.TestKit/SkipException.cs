namespace AiGateway.TestKit;

/// <summary>Makes xunit count the running test as skipped, with the reason shown.</summary>
/// <remarks>xunit v3 knows it by the beginning of its message ("dynamic skip"); <c>Assert.Skip</c> throws the same, but the assertion library is not referenced here.</remarks>
public sealed class SkipException(string reason) : Exception("$XunitDynamicSkip$" + reason);
