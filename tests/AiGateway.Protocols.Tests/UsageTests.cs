namespace AiGateway.Protocols.Tests;

/// <summary>Pins that no count is forgotten in a sum.</summary>
public sealed class UsageTests
{
    [Fact]
    public void Sum_HasEveryMember()
    {
        var one = new Usage();
        foreach (var member in typeof(Usage).GetProperties().Where(static member => member.CanWrite))
            member.SetValue(one, member.PropertyType == typeof(bool) ? true : Convert.ChangeType(3, Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType, null));
        var sum = Usage.Sum(one, one);

        foreach (var member in typeof(Usage).GetProperties().Where(static member => member.CanWrite))
            Assert.Equal((member.Name, member.PropertyType == typeof(bool) ? "True" : "6"), (member.Name, member.GetValue(sum)?.ToString()));
        Assert.Equal(one with { Requests = 4 }, Usage.Sum(one, new Usage()));
        Assert.Equal(one, Usage.Sum(null, one));
        Assert.Null(Usage.Sum(null, null));
    }
}
