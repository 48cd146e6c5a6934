using System.Reflection;

namespace AiGateway.Protocols.Tests;

/// <summary>Pins that no count is forgotten in a sum.</summary>
public sealed class UsageTests
{
    [Fact]
    public void Sum_HasEveryMember()
    {
        var one = Filled(new Usage { Detail = Filled(new UsageDetail()) });
        var sum = Usage.Sum(one, one)!;

        AssertDoubled(sum);
        AssertDoubled(sum.Detail!);
        Assert.Equal(sum, Usage.Sum([one, one]));
        Assert.Equal(one with { Requests = 4 }, Usage.Sum(one, new Usage()));
        Assert.Equal(one, Usage.Sum(null, one));
        Assert.Null(Usage.Sum(null, null));
    }

    [Fact]
    public void CostThatOneCallDoesNotReport_IsUnknown() =>
        Assert.Null(Usage.Sum([new Usage { ReportedCost = 1 }, new Usage()]).ReportedCost);

    private static IEnumerable<PropertyInfo> Members<T>() => typeof(T).GetProperties().Where(static member => member.CanWrite && member.PropertyType != typeof(UsageDetail));

    private static T Filled<T>(T record)
        where T : class
    {
        foreach (var member in Members<T>())
        {
            var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
            member.SetValue(record, type == typeof(bool) ? true : type == typeof(string) ? "word" : Convert.ChangeType(3, type, null));
        }
        return record;
    }

    private static void AssertDoubled<T>(T record)
    {
        foreach (var member in Members<T>())
        {
            var expected = member.PropertyType == typeof(bool) ? "True" : member.PropertyType == typeof(string) ? "word" : "6";
            Assert.Equal((member.Name, expected), (member.Name, member.GetValue(record)?.ToString()));
        }
    }
}
