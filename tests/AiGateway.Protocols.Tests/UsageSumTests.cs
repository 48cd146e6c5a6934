using System.Globalization;

namespace AiGateway.Protocols.Tests;

/// <summary>Pins that the sum of several calls' usage forgets no kind of consumption, also none that is added later.</summary>
public sealed class UsageSumTests
{
    [Fact]
    public void EveryCount_IsSummed()
    {
        var (one, number) = (new Usage { Estimated = true }, 1);
        foreach (var property in typeof(Usage).GetProperties().Where(property => property.PropertyType != typeof(bool)))
            property.SetValue(one, Convert.ChangeType(number++, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, CultureInfo.InvariantCulture));

        var sum = Usage.Sum([one, one]);

        Assert.All(typeof(Usage).GetProperties().Where(property => property.PropertyType != typeof(bool)), property =>
            Assert.Equal(2 * Convert.ToDecimal(property.GetValue(one), CultureInfo.InvariantCulture), Convert.ToDecimal(property.GetValue(sum), CultureInfo.InvariantCulture)));
        Assert.True(sum.Estimated);
    }

    [Fact]
    public void CostThatOneCallDoesNotReport_IsUnknown() =>
        Assert.Null(Usage.Sum([new Usage { ReportedCost = 1 }, new Usage()]).ReportedCost);
}
