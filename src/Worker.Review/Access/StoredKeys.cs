using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Worker.Store;

namespace Worker.Review.Access;

/// <summary>Keys that sessions are signed with, in the store.</summary>
internal sealed class StoredKeys(LearningStore store) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() => [.. store.SessionKeys.Read().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) =>
        store.SessionKeys.Add(friendlyName, element.ToString(SaveOptions.DisableFormatting));
}
