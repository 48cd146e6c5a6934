using AiGateway.Caching;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Caching;

/// <summary>What callers say of caching, in our words and in other gateways'.</summary>
public sealed class CacheControlsTests
{
    [Theory]
    [InlineData("x-gateway-cache-ttl", "90", 90)]
    [InlineData("x-gateway-cache-ttl", "90s", 90)]
    [InlineData("x-gateway-cache-ttl", "5m", 300)]
    [InlineData("x-gateway-cache-ttl", "2h", 7200)]
    [InlineData("x-gateway-cache-ttl", "1d", 86400)]
    [InlineData("cf-aig-cache-ttl", "3600", 3600)]
    [InlineData("x-bf-cache-ttl", "30s", 30)]
    [InlineData("x-gateway-cache-ttl", "-5", null)]
    [InlineData("x-gateway-cache-ttl", "five", null)]
    [InlineData("x-gateway-cache-ttl", "5 minutes", null)]
    [InlineData("x-gateway-cache-ttl", "99999999999999999999", null)]
    [InlineData("x-gateway-cache-ttl", "2147483647h", null)]
    [InlineData("x-gateway-cache-ttl", "2147483647d", null)]
    public void Ttl_IsReadOrLeftOut(string name, string value, int? seconds) =>
        Assert.Equal(seconds is { } expected ? TimeSpan.FromSeconds(expected) : null, Read(name, value).Ttl);

    [Theory]
    [InlineData("Cache-Control", "no-store", true, false)]
    [InlineData("Cache-Control", "no-cache", false, true)]
    [InlineData("Cache-Control", "max-age=0", false, true)]
    [InlineData("Cache-Control", "private, no-cache, no-store", true, true)]
    [InlineData("Cache-Control", "max-age=x", false, false)]
    [InlineData("x-portkey-cache-force-refresh", "true", false, true)]
    [InlineData("x-portkey-cache-force-refresh", "yes", false, false)]
    [InlineData("cf-aig-skip-cache", "true", true, false)]
    [InlineData("Helicone-Cache-Enabled", "false", true, false)]
    [InlineData("Helicone-Cache-Enabled", "true", false, false)]
    public void Switches_AreRead(string name, string value, bool isOff, bool isRefresh)
    {
        var controls = Read(name, value);

        Assert.Equal((isOff, isRefresh), (controls.IsOff, controls.IsRefresh));
    }

    [Fact]
    public void ANamespaceThatIsTooLongOrNotPlain_IsNone()
    {
        Assert.Equal("a b", Read("x-gateway-cache-key", "a b").Space);
        Assert.Equal("", Read("x-gateway-cache-key", new string('x', CacheControls.LongestSpace + 1)).Space);
        Assert.Equal("", Read("x-gateway-cache-key", "\u00e4").Space);
    }

    private static CacheControls Read(string name, string value) => CacheControls.Read(new HeaderDictionary { [name] = value });
}
