using System.Net.Sockets;
using System.Security.Cryptography;
using AiGateway.Hosting;

namespace AiGateway.Tests.Hosting;

/// <summary>One line for what the operator can mend; a stack trace for what only we can.</summary>
public sealed class StartFaultTests
{
    public static TheoryData<Exception, bool> Faults => new()
    {
        { new FileNotFoundException("x"), true },
        { new UnauthorizedAccessException("x"), true },
        { new SocketException((int)SocketError.AccessDenied), true },
        { new CryptographicException("x"), true },
        { new FormatException("x"), true },
        { new InvalidOperationException("x"), false },
        { new TimeoutException("x"), false },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Fault_IsTheOperatorsOrOurs(Exception fault, bool operators) => Assert.Equal(operators, StartFault.IsOperators(fault));
}
